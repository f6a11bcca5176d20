using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Quantized;

/// <summary>What the quantizers of QONNX have in common: their domains, widths and ranges.</summary>
internal static class QonnxDomains
{
    private static readonly string[] _domains = ["qonnx.custom_op.general", "onnx.brevitas", "finn.custom_op.general"];

    /// <summary>The operator in every domain it is exported in.</summary>
    public static IEnumerable<string> Each(string op) => _domains.Select(d => $"{d}.{op}");

    /// <summary>A bit width that is an input.</summary>
    /// <exception cref="CimException">CIM0003: it is computed from the data, no integer, or no width.</exception>
    public static int Bits(RewriteContext context, int input)
    {
        if (context.Constant(context.Input(input)) is not { Type: ElementType.Float32, Length: 1 } value)
            throw context.Unsupported("a bit width that is computed, or differs by channel, is not supported");
        float bits = value.Span<float>()[0];
        return bits == MathF.Round(bits) && bits is >= 1 and <= 32 ? (int)bits
            : throw context.Unsupported($"a width of {bits} bits is not supported; 1 to 32 are");
    }

    /// <summary>The least and the greatest integer.</summary>
    public static (double Low, double High) Range(int bits, bool signed, bool narrow)
    {
        double half = Math.Pow(2, bits - 1);
        return signed ? (narrow ? 1 - half : -half, half - 1) : (0, (2 * half) - (narrow ? 2 : 1));
    }
}
