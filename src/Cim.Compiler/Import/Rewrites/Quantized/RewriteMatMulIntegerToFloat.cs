namespace Cim.Compiler.Import.Rewrites.Quantized;

/// <summary>
/// MatMulIntegerToFloat (a, b, a scale, b scale, a zero?, b zero?, bias?) and DynamicQuantizeMatMul (a, b, b scale, b zero?, bias?) of
/// ONNX Runtime: a MatMul with pre-quantized weights. The latter quantizes a anew for each input; here its range is calibrated.
/// </summary>
internal sealed class RewriteMatMulIntegerToFloat : IOperatorRewrite
{
    private const string Dynamic = "com.microsoft.DynamicQuantizeMatMul";

    public IReadOnlyList<string> Operators { get; } = ["com.microsoft.MatMulIntegerToFloat", Dynamic];

    public void Rewrite(RewriteContext context)
    {
        bool dynamic = context.Node.Op == Dynamic;
        string a = dynamic ? context.Input(0) : context.Real(context.Input(0), context.Input(2), context.Optional(4), 0);
        string b = dynamic ? context.Real(context.Input(1), context.Input(2), context.Optional(3), -1)
            : context.Real(context.Input(1), context.Input(3), context.Optional(5), -1);
        string y = context.MatMul(a, b), bias = context.Optional(dynamic ? 4 : 6);
        context.Return(bias.Length > 0 ? context.Add(y, bias) : y);
    }
}
