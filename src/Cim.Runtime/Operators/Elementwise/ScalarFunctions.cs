namespace Cim.Runtime.Operators.Elementwise;

/// <summary>
/// Functions of one number that have no vector form here; computed in double precision and rounded once, which hides the
/// last-digit differences between the mathematical libraries of platforms in all but a few inputs of a billion.
/// </summary>
internal static class ScalarFunctions
{
    private const double SeluAlpha = 1.67326319217681884765625, SeluGamma = 1.05070102214813232421875;

    public static float Sigmoid(float x)
    {
        // Of the two equal forms the one whose exponential cannot overflow.
        double e = Math.Exp(-Math.Abs((double)x));
        return (float)(x >= 0 ? 1 / (1 + e) : e / (1 + e));
    }

    public static float Softplus(float x) => (float)(Math.Max(x, 0.0) + Log1P(Math.Exp(-Math.Abs((double)x))));

    public static float Mish(float x) => (float)(x * Math.Tanh(Softplus(x)));

    public static float Elu(float x, float alpha) => x < 0 ? (float)(alpha * (Math.Exp(x) - 1)) : x;

    public static float Celu(float x, float alpha) =>
        (float)(Math.Max(0.0, x) + Math.Min(0.0, alpha * (Math.Exp((double)x / alpha) - 1)));

    public static float Selu(float x, float alpha, float gamma) =>
        (float)(x > 0 ? gamma * (double)x : gamma * (double)alpha * (Math.Exp(x) - 1));

    public static float DefaultSeluAlpha => (float)SeluAlpha;

    public static float DefaultSeluGamma => (float)SeluGamma;

    /// <summary>x times the standard normal distribution function.</summary>
    public static float Gelu(float x) => (float)(0.5 * x * (1 + ErrorFunction(x * 0.70710678118654752440)));

    /// <summary>The tanh approximation of <see cref="Gelu"/>.</summary>
    public static float GeluTanh(float x) =>
        (float)(0.5 * x * (1 + Math.Tanh(0.79788456080286535588 * (x + (0.044715 * x * x * (double)x)))));

    public static float Erf(float x) => (float)ErrorFunction(x);

    public static float Sign(float x) => float.IsNaN(x) ? x : x > 0 ? 1 : x < 0 ? -1 : 0;

    public static float RoundHalfEven(float x) => MathF.Round(x, MidpointRounding.ToEven);

    /// <summary>
    /// The error function to better than 6e-8: its Maclaurin series below 1, above it the rational-exponential fit of
    /// erfc by Press et al., Numerical Recipes, section 6.2 (fractional error of erfc below 1.2e-7, erfc below 0.158).
    /// </summary>
    public static double ErrorFunction(double x)
    {
        double z = Math.Abs(x);
        if (z < 1)
        {
            double term = x, sum = x;
            for (int n = 1; n <= 14; n++)
            {
                term *= -x * x / n;
                sum += term / ((2 * n) + 1);
            }

            return sum * 1.12837916709551257390;
        }

        double t = 1 / (1 + (0.5 * z));
        double polynomial = -1.26551223 + (t * (1.00002368 + (t * (0.37409196 + (t * (0.09678418
            + (t * (-0.18628806 + (t * (0.27886807 + (t * (-1.13520398 + (t * (1.48851587
            + (t * (-0.82215223 + (t * 0.17087277)))))))))))))))));
        double tail = t * Math.Exp(polynomial - (z * z));
        return x >= 0 ? 1 - tail : tail - 1;
    }

    private static double Log1P(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : Math.Log(u) * x / (u - 1);
    }
}
