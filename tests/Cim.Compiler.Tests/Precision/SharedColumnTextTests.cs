using Cim.Compiler.Precision;
using Cim.Compiler.Tests.ColumnSharing;
using Cim.Runtime;
using Cim.Runtime.Mapping;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Precision;

/// <summary>Shared columns as text.</summary>
public sealed class SharedColumnTextTests
{
    [Fact]
    public void Shared_columns_are_read_as_they_are_written_and_checked_against_the_layer() => Gen.Int[0, 1_000_000].Holds(20, seed =>
    {
        var random = new Random(seed);
        var shape = new LayerShape("l", 1, random.Next(1, 100), random.Next(1, 20), 1);
        SharedColumns shared = SharedColumnCases.RandomSharing(random, shape, random.Next(2) == 0);
        string text = SharedColumnText.Write(shared);
        Assert.Equal(text, SharedColumnText.Write(SharedColumnText.Read(text, shape, shared.Widths)));
        foreach (string wrong in new[] { "", "pairs", "pairs9:0", "trio4:0", text + "/0", text + ",0", text
            + "-", text.Replace(":", ":x", StringComparison.Ordinal), text.Replace(":", ":0<7,", StringComparison.Ordinal) })
            Assert.Equal("CIM0011", Assert.Throws<CimException>(() => SharedColumnText.Read(wrong, shape, shared.Widths)).Code);
        Assert.Throws<CimException>(() => SharedColumnText.Read(text, shape with { Groups = 2 }, shared.Widths));
    });
}
