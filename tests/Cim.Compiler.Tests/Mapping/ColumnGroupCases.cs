using System.Collections.Immutable;
using Cim.Compiler.Precision;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Tests.Mapping;

/// <summary>Groups of outputs drawn at random.</summary>
internal static class ColumnGroupCases
{
    public static readonly HardwareProfile Isaac = HardwareProfiles.BuiltIn("isaac") with { Encoding = WeightEncoding.Differential };

    /// <summary>Outputs in up to three groups of random widths, slices and row tiles.</summary>
    public static ColumnGroups Draw(Random random, LayerShape shape, HardwareProfile profile)
    {
        int outputs = shape.ColumnsPerGroup;
        int[] of = [.. Enumerable.Range(0, outputs).Select(_ => random.Next(3))];
        return new ColumnGroups(StripGrid.Of(shape, profile.Rows), [.. Enumerable.Range(0, outputs).GroupBy(o => of[o]).Select(g =>
        {
            int bits = random.Next(2, 7);
            ImmutableArray<ImmutableArray<int>> slices = CellLayout.SlicesOf(bits, profile);
            return new ColumnGroup(
                [.. g], bits, new CellLayout(slices[random.Next(slices.Length)], random.Next(2) == 0 ? 0 : random.Next(10, 40)));
        })]);
    }
}
