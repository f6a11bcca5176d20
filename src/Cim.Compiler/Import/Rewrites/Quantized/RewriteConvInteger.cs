using Cim.Runtime;
using Cim.Runtime.Program;

namespace Cim.Compiler.Import.Rewrites.Quantized;

/// <summary>
/// ConvInteger and MatMulInteger (x, w, x zero?, w zero?): the operator on real numbers that are the integers, its result
/// cast back to int32.
/// </summary>
internal sealed class RewriteConvInteger : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["ConvInteger", "MatMulInteger"];

    public void Rewrite(RewriteContext context)
    {
        bool convolution = context.Node.Op == "ConvInteger";
        int rank = context.ShapeOf(context.Input(0)).Rank;
        string x = context.Counts(context.Input(0), context.Optional(2), convolution ? 0 : Math.Max(0, rank - 2));
        string w = context.Counts(context.Input(1), context.Optional(3), convolution ? 0 : -1);
        string y = convolution ? context.Op("Conv", [x, w], context.Attributes) : context.MatMul(x, w);
        context.Return(context.Op("Cast", [y], AttributeMap.Empty.With("to", (long)ElementType.Int32)));
    }
}
