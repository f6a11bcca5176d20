using Cim.Compiler.Search.Persistence;
using Cim.Runtime;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Search.Persistence;

public sealed class WidthsTrialTests
{
    [Fact]
    public void A_text_reads_back_as_what_it_was() =>
        Gen.Select(Gen.Int[0, 8].Array[1, 20], Gen.Int[0, 8].Array[1, 20], Gen.Double[0, 100].Nullable()).Holds(200, (w, a, within) =>
        {
            WidthsTrial trial = WidthsTrial.Parse(new WidthsTrial([.. w], [.. a], within).ToString());
            Assert.Equal(w, trial.Weights);
            Assert.Equal(a, trial.Activations);
            Assert.Equal(within, trial.Within);
        });

    [Theory]
    [InlineData("")]
    [InlineData("4 4")]
    [InlineData("4 x / 4")]
    [InlineData("4 / 4 / 4")]
    [InlineData("4 / 4 within")]
    [InlineData("4 / 4 within much")]
    public void Another_text_is_refused(string text) =>
        Assert.Equal(ErrorCodes.InvalidStudy, Assert.Throws<CimException>(() => WidthsTrial.Parse(text)).Code);
}
