using MathNet.Numerics.Statistics;

namespace Cim.Compiler.Statistics;

/// <summary>Spearman's rank correlation: how alike two measures order things. Equal values share their mean rank.</summary>
internal static class RankCorrelation
{
    /// <summary>-1 to 1; NaN for fewer than two things, or where all values of one measure are equal.</summary>
    public static double Spearman(IReadOnlyList<double> a, IReadOnlyList<double> b) =>
        a.Count < 2 ? double.NaN : Correlation.Spearman(a, b);
}
