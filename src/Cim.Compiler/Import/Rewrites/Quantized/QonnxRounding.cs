using Cim.Runtime;

namespace Cim.Compiler.Import.Rewrites.Quantized;

/// <summary>The rounding modes of QONNX, on numbers and as operators.</summary>
internal static class QonnxRounding
{
    /// <summary>True for the one QuantizeLinear has: to the nearest integer, halves to the even one.</summary>
    public static bool IsHalfEven(string mode) => mode.ToUpperInvariant() is "ROUND" or "HALF_EVEN";

    public static float Round(string mode, float value) => mode.ToUpperInvariant() switch
    {
        "CEIL" => MathF.Ceiling(value),
        "FLOOR" => MathF.Floor(value),
        "UP" => MathF.CopySign(MathF.Ceiling(MathF.Abs(value)), value),
        "DOWN" or "ROUND_TO_ZERO" => MathF.Truncate(value),
        "HALF_UP" => MathF.CopySign(MathF.Floor(MathF.Abs(value) + 0.5f), value),
        "HALF_DOWN" => MathF.CopySign(MathF.Ceiling(MathF.Abs(value) - 0.5f), value),
        _ => MathF.Round(value, MidpointRounding.ToEven),
    };

    /// <summary>Writes the rounding as operators.</summary>
    /// <exception cref="CimException">CIM0003: an unknown mode.</exception>
    public static string Write(RewriteContext c, string mode, string x)
    {
        string Signed(string magnitude) => c.Mul(c.Op("Sign", [x]), magnitude);
        return mode.ToUpperInvariant() switch
        {
            "ROUND" or "HALF_EVEN" => c.Op("Round", [x]),
            "CEIL" => c.Op("Ceil", [x]),
            "FLOOR" => c.Op("Floor", [x]),
            "UP" => Signed(c.Op("Ceil", [c.Op("Abs", [x])])),
            "DOWN" or "ROUND_TO_ZERO" => Signed(c.Op("Floor", [c.Op("Abs", [x])])),
            "HALF_UP" => Signed(c.Op("Floor", [c.Add(c.Op("Abs", [x]), 0.5f)])),
            "HALF_DOWN" => Signed(c.Op("Ceil", [c.Add(c.Op("Abs", [x]), -0.5f)])),
            _ => throw c.Unsupported($"rounding mode '{mode}' is not supported"),
        };
    }
}
