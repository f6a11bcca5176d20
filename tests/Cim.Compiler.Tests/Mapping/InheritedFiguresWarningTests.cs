using Cim.Compiler.Mapping;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.Mapping;

/// <summary>Figures a profile takes over from a base it changes.</summary>
public sealed class InheritedFiguresWarningTests
{
    [Fact]
    public void A_profile_of_its_own_has_none() => Assert.Null(InheritedFiguresWarning.Of(HardwareProfiles.BuiltIn("isaac")));

    [Fact]
    public void Every_such_figure_is_named_with_the_profile()
    {
        HardwareProfile changed = HardwareProfiles.BuiltIn("isaac") with
        {
            Name = "mine",
            InheritedFigures = new Dictionary<string, string> { ["a"] = "the first figure", ["b"] = "the second figure" },
        };
        string warning = InheritedFiguresWarning.Of(changed)!;
        Assert.Contains("'mine'", warning, StringComparison.Ordinal);
        Assert.Contains("the first figure, the second figure", warning, StringComparison.Ordinal);
    }
}
