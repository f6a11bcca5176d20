using Cim.Compiler.ColumnSharing;

namespace Cim.Compiler.Tests.ColumnSharing;

/// <summary>Strips with random importances.</summary>
internal static class StripGroups
{
    public static StripGroup Random(Random random, float[] weights, int rows, int strips) => new(
        weights, rows, [.. Enumerable.Range(0, rows).Select(_ => 0.1 + random.NextDouble())],
        [.. Enumerable.Range(0, strips).Select(_ => 0.1 + random.NextDouble())],
        [.. Enumerable.Repeat(1.0, strips)], [.. Enumerable.Repeat(4, strips)], 4);
}
