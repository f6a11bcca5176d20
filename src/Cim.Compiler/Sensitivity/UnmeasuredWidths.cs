using System.Collections.Immutable;

namespace Cim.Compiler.Sensitivity;

/// <summary>What a search takes of widths it had no time to measure.</summary>
internal static class UnmeasuredWidths
{
    /// <summary>More than any divergence of classes that was measured.</summary>
    private const double LargeLoss = 1e3;

    /// <summary>The table with a large loss at every width that is missing, falling with the width; the widest loses nothing.</summary>
    /// <param name="table">[row][bits].</param>
    /// <param name="bits">Widths of each row.</param>
    /// <param name="widest">The bits that are wider than all; null = the most of each row.</param>
    public static ImmutableArray<ImmutableSortedDictionary<int, double>> AtLargeLoss(
        ImmutableArray<ImmutableSortedDictionary<int, double>> table, IReadOnlyList<int[]> bits, int? widest = null) =>
    [
        .. table.Select((row, i) => bits[i].Where(b => !row.ContainsKey(b)).Aggregate(row,
            (r, b) => r.Add(b, b == (widest ?? bits[i].Max()) ? 0 : LargeLoss * Math.Pow(4, -b)))),
    ];
}
