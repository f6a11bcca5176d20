using Cim.Compiler.Search.Space;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.Search.Space;

/// <summary>Conversion widths a search may give a layer.</summary>
public sealed class AdcWidthsTests
{
    [Theory]
    [InlineData(8, "2 3 4 5 6 7 0")]
    [InlineData(4, "2 3 0")]
    [InlineData(2, "0")]
    [InlineData(12, "2 3 4 5 6 7 8 0")]
    [InlineData(0, "0")]
    public void Those_below_the_converters_of_the_profile_and_its_own(int adcBits, string expected) => Assert.Equal(
        expected, string.Join(' ', AdcWidths.Offered(HardwareProfiles.BuiltIn("isaac") with { AdcBits = adcBits })));
}
