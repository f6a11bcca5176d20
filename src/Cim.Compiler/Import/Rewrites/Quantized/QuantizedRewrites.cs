namespace Cim.Compiler.Import.Rewrites.Quantized;

/// <summary>Quantizers of other tools, and operators on integers.</summary>
internal static class QuantizedRewrites
{
    public static IReadOnlyList<IOperatorRewrite> All { get; } =
    [
        new RewriteWideQuantizer(),
        new RewriteBipolarQuant(), new RewriteChannelsLast(), new RewriteConvInteger(), new RewriteDynamicQuantizeLinear(),
        new RewriteMatMulIntegerToFloat(), new RewriteMicrosoftQuantizer(), new RewriteQGemm(), new RewriteQLinearBinary(),
        new RewriteQLinearConcat(), new RewriteQLinearConv(), new RewriteQLinearMatMul(), new RewriteQLinearUnary(), new RewriteQuant(),
        new RewriteTrunc(),
    ];
}
