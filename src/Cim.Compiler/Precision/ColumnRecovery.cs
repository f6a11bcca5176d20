using System.Collections.Immutable;
using Cim.Runtime;

namespace Cim.Compiler.Precision;

/// <summary>
/// The columns of a row tile from the integers of the strips made of them. Strips that are differences determine their columns up to a
/// constant a row for each set of columns that differences connect; the constants are those that make the smallest column zero.
/// </summary>
internal static class ColumnRecovery
{
    /// <summary>[column][rank of the row in the tile].</summary>
    /// <param name="name">The layer, for errors.</param>
    /// <param name="integers">Int8 [outputs, rows].</param>
    /// <param name="shared">Which strips share columns.</param>
    /// <param name="tile">The row tile.</param>
    /// <exception cref="CimException">CIM4003: the integers are not made of the shared columns.</exception>
    public static int[][] Recover(string name, ReadOnlySpan<sbyte> integers, SharedColumns shared, int tile)
    {
        ImmutableArray<ColumnCombination> strips = shared.Tiles[tile];
        ImmutableArray<int> rows = shared.Widths.Grid.RowsOf(tile);
        int width = integers.Length / strips.Length, count = shared.Columns(tile);
        // A node more than columns: nothing, which is zero.
        int[] set = new int[count + 1];
        Array.Fill(set, -1);
        int[][] columns = new int[count + 1][];
        for (int start = count; start >= 0; start--)
            if (set[start] < 0) Reach(start, integers, width);
        Check(integers, width);
        return columns[..count];

        void Reach(int start, ReadOnlySpan<sbyte> w, int stride)
        {
            columns[start] = new int[rows.Length];
            set[start] = start;
            var reached = new List<int> { start };
            for (int next = 0; next < reached.Count; next++)
            {
                int at = reached[next];
                for (int o = 0; o < strips.Length; o++)
                {
                    ColumnCombination combination = strips[o];
                    if (combination.IsNone) continue;
                    int plus = combination.Plus < 0 ? count : combination.Plus,
                        minus = combination.Minus < 0 ? count : combination.Minus,
                        to = plus == at ? minus : minus == at ? plus : -1;
                    if (to < 0 || set[to] >= 0) continue;
                    columns[to] = new int[rows.Length];
                    for (int i = 0; i < rows.Length; i++)
                    {
                        int difference = w[(o * stride) + rows[i]] >> combination.Shift;
                        columns[to][i] = columns[at][i] + (to == plus ? difference : -difference);
                    }

                    set[to] = start;
                    reached.Add(to);
                }
            }

            // The set of nothing has its constant already.
            if (start == count) return;
            for (int i = 0; i < rows.Length; i++)
            {
                int least = reached.Min(c => columns[c][i]);
                foreach (int c in reached) columns[c][i] -= least;
            }
        }

        void Check(ReadOnlySpan<sbyte> w, int stride)
        {
            int[] levels = shared.Levels(tile);
            for (int c = 0; c < count; c++)
                foreach (int v in columns[c])
                    if (v > levels[c] || v < (shared.IsSplit ? 0 : -levels[c])) throw Wrong($"column {c} does not fit {levels[c]} levels");
            for (int o = 0; o < strips.Length; o++)
                for (int i = 0; i < rows.Length; i++)
                {
                    int plus = strips[o].Plus < 0 ? 0 : columns[strips[o].Plus][i],
                        minus = strips[o].Minus < 0 ? 0 : columns[strips[o].Minus][i];
                    if (w[(o * stride) + rows[i]] != (plus - minus) << strips[o].Shift)
                        throw Wrong($"output {o} is not what its columns give");
                }
        }

        CimException Wrong(string what) => new(ErrorCodes.InvalidMapping,
            $"Layer '{name}' has integers that its shared columns do not give (row tile {tile}: {what}). Quantize it with the same policy "
                + $"it is mapped with.");
    }
}
