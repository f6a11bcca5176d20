using System.Runtime.Intrinsics;

namespace Cim.Runtime.Operators.Elementwise;

/// <summary>
/// Exponential, hyperbolic tangent and error function of four doubles from additions, multiplications and divisions alone:
/// the same bits on every machine, and after rounding to float within one unit in the last place.
/// </summary>
internal static class VectorMath
{
    /// <summary>1.5 * 2^52: adding it leaves the nearest integer in the low bits.</summary>
    private const double Rounder = 6755399441055744.0;

    /// <summary>1/k! from k = 12 down to 0.</summary>
    private static ReadOnlySpan<double> InverseFactorials =>
    [
        1 / 479001600.0, 1 / 39916800.0, 1 / 3628800.0, 1 / 362880.0, 1 / 40320.0, 1 / 5040.0, 1 / 720.0, 1 / 120.0, 1 / 24.0, 1 / 6.0, 0.5,
            1, 1,
    ];

    /// <summary>Polynomial of the fit used by <see cref="Erf"/>, highest power first.</summary>
    private static ReadOnlySpan<double> ErfcFit =>
    [
        0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368, -1.26551223,
    ];

    /// <summary>
    /// e^x as 2^n * e^r with |r| at most ln(2)/2, e^r by its Taylor polynomial (error below 2e-16). Beyond +-160, outside the range of
    /// float, x is taken as +-160.
    /// </summary>
    public static Vector256<double> Exp(Vector256<double> x)
    {
        Vector256<double> limit = Vector256.Create(160.0);
        x = Vector256.ConditionalSelect(Vector256.GreaterThan(x, limit), limit, x);
        x = Vector256.ConditionalSelect(Vector256.LessThan(x, -limit), -limit, x);
        Vector256<double> shifted = (x * Vector256.Create(1.44269504088896340736)) + Vector256.Create(Rounder);
        Vector256<double> n = shifted - Vector256.Create(Rounder);

        // ln(2) in two parts: n times the first is exact.
        Vector256<double> r = x - (n * Vector256.Create(0.693147180369123816490)) - (n * Vector256.Create(1.90821492927058770002e-10));
        Vector256<double> power = Horner(InverseFactorials, r);
        Vector256<long> exponent = shifted.AsInt64() - Vector256.Create(Rounder).AsInt64() + Vector256.Create(1023L);
        return power * Vector256.ShiftLeft(exponent, 52).AsDouble();
    }

    /// <summary>e^x - 1 without cancellation at 0.</summary>
    public static Vector256<double> ExpMinus1(Vector256<double> x) => Vector256.ConditionalSelect(
        Vector256.LessThan(Vector256.Abs(x), Vector256.Create(1e-5)), x + (x * x * Vector256.Create(0.5)), Exp(x) - Vector256<double>.One);

    public static Vector256<double> Tanh(Vector256<double> x)
    {
        Vector256<double> a = Vector256.Abs(x), e = Exp(Vector256.Create(-2.0) * a), one = Vector256<double>.One;
        Vector256<double> small = a - (a * a * a * Vector256.Create(1 / 3.0));
        return CopySign(Vector256.ConditionalSelect(Vector256.LessThan(a, Vector256.Create(1e-4)), small, (one - e) / (one + e)), x);
    }

    /// <summary>
    /// The error function to better than 6e-8: its Maclaurin series below 1, above it the rational-exponential fit of
    /// erfc by Press et al., Numerical Recipes, section 6.2 (fractional error of erfc below 1.2e-7, erfc below 0.158).
    /// </summary>
    public static Vector256<double> Erf(Vector256<double> x)
    {
        Vector256<double> z = Vector256.Abs(x), square = z * z, one = Vector256<double>.One;
        Vector256<double> term = z, series = z;
        for (int n = 1; n <= 14; n++)
        {
            term *= square * Vector256.Create(-1.0 / n);
            series += term * Vector256.Create(1.0 / ((2 * n) + 1));
        }

        Vector256<double> t = one / (one + (z * Vector256.Create(0.5)));
        Vector256<double> far = one - (t * Exp(Horner(ErfcFit, t) - square));
        return CopySign(Vector256.ConditionalSelect(Vector256.LessThan(z, one), series * Vector256.Create(1.12837916709551257390), far), x);
    }

    private static Vector256<double> Horner(ReadOnlySpan<double> coefficients, Vector256<double> x)
    {
        Vector256<double> value = Vector256.Create(coefficients[0]);
        for (int i = 1; i < coefficients.Length; i++) value = (value * x) + Vector256.Create(coefficients[i]);
        return value;
    }

    private static Vector256<double> CopySign(Vector256<double> magnitude, Vector256<double> sign) =>
        magnitude ^ (sign & Vector256.Create(-0.0));
}
