using System.Collections.Immutable;
using Cim.Compiler.Pipeline;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Pipeline;

public sealed class SdkCompatibilityTests
{
    [Theory]
    [InlineData("0.1.0", "0.1.0")]
    [InlineData("0.1.0", "0.1.7")]
    [InlineData("0.1.7", "0.1.0-preview.2")]
    [InlineData("0.1.0-test.1", "0.1.0")]
    [InlineData("1.4.0", "1.0.0")]
    [InlineData("1.4.0", "1.9.3")]
    public void Models_of_the_same_line_of_versions_are_taken(string own, string made) =>
        SdkCompatibility.Check(Info(made), "m.cim", own);

    [Theory]
    [InlineData("0.1.0", "0.2.0")]
    [InlineData("0.1.0", "0.2.0-preview.1")]
    [InlineData("0.2.0", "0.1.9")]
    [InlineData("1.0.0", "0.9.0")]
    [InlineData("1.4.0", "2.0.0")]
    [InlineData("0.1.0", "?")]
    public void Others_are_refused_with_both_versions(string own, string made)
    {
        CimException e = Assert.Throws<CimException>(() => SdkCompatibility.Check(Info(made), "m.cim", own));
        Assert.Equal((ErrorCodes.IncompatibleSdkVersion, "m.cim"), (e.Code, e.File));
        Assert.Contains($"Cim.Sdk {made};", e.Message, StringComparison.Ordinal);
        Assert.Contains($"Cim.Sdk {own},", e.Message, StringComparison.Ordinal);
    }

    private static ModelInfo Info(string version) => new()
    {
        Name = "m",
        Hardware = "isaac",
        Inputs = ImmutableArray<TensorDescription>.Empty,
        Outputs = ImmutableArray<TensorDescription>.Empty,
        Cost = null!,
        Baseline = null!,
        SdkVersion = version,
    };
}
