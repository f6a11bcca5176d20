using Cim.Tests.Shared.Architecture;

namespace Cim.Runtime.Tests.Architecture;

/// <summary>Changes are read side by side, so no line is longer than half a wide screen.</summary>
public class LineLengthTests
{
    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    [InlineData("bench")]
    [InlineData("build")]
    [InlineData("samples")]
    public void No_line_is_longer_than_140_columns(string folder) => HouseRules.Hold(HouseRules.LongLines(folder));
}
