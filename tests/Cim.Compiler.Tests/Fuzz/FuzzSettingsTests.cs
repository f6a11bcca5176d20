using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Fuzz;

/// <summary>How properties are checked.</summary>
public sealed class FuzzSettingsTests
{
    [Fact]
    public void Cases_differ_and_are_the_same_every_run()
    {
        List<int> first = [], second = [];
        Gen.Int[0, 1_000_000].Holds(40, first.Add);
        Gen.Int[0, 1_000_000].Holds(40, second.Add);
        Assert.Equal(FuzzSettings.Cases(40), first.Count);
        Assert.Equal(first, second);
        Assert.Equal(FuzzSettings.Of(Gen.Int[0, 1_000_000], first.Count).Select(c => c.Case), first);
        Assert.True(first.Distinct().Count() > first.Count / 2, string.Join(' ', first));
    }

    [Fact]
    public void A_case_that_fails_is_printed()
    {
        Gen<string> words = Pick.Of("right", "wrong");
        CsCheckException error = Assert.Throws<CsCheckException>(() => words.Holds(40, word => Assert.Equal("right", word)));
        Assert.Contains("wrong", error.Message, StringComparison.Ordinal);
    }
}
