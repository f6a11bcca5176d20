using Cim.Runtime.Program;

namespace Cim.Compiler.Import.Rewrites.Quantized;

/// <summary>QuantizeLinear and DequantizeLinear of ONNX Runtime's domain: the standard ones, whatever shape their scales have.</summary>
internal sealed class RewriteMicrosoftQuantizer : IOperatorRewrite
{
    private const string Dequantize = "com.microsoft.DequantizeLinear";

    public IReadOnlyList<string> Operators { get; } = ["com.microsoft.QuantizeLinear", Dequantize];

    public void Rewrite(RewriteContext context)
    {
        int axis = (int)context.Attributes.Int("axis", 1);
        context.Return(context.Node.Op == Dequantize
            ? context.Real(0, axis)
            : context.Op("QuantizeLinear", context.Node.Inputs.AsSpan(), AttributeMap.Empty.With("axis", axis)));
    }
}
