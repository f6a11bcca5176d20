namespace Cim.Runtime.Operators.Elementwise;

/// <summary>
/// Functions of one number that have no vector form here; computed in double precision and rounded once, which hides the
/// last-digit differences between the mathematical libraries of platforms in all but a few inputs of a billion.
/// </summary>
internal static class ScalarFunctions
{
    /// <summary>Selu's constants as ONNX has them.</summary>
    public const float SeluAlpha = 1.67326319217681884765625f, SeluGamma = 1.05070102214813232421875f;

    public static float Softplus(float x) => (float)(Math.Max(x, 0.0) + Log1P(Math.Exp(-Math.Abs((double)x))));

    public static float Mish(float x) => (float)(x * Math.Tanh(Softplus(x)));

    public static float Sign(float x) => float.IsNaN(x) ? x : x > 0 ? 1 : x < 0 ? -1 : 0;

    public static float RoundHalfEven(float x) => MathF.Round(x, MidpointRounding.ToEven);

    private static double Log1P(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : Math.Log(u) * x / (u - 1);
    }
}
