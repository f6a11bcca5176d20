using System.Collections.Immutable;
using Cim.Cli.Commands;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Sweep;
using Cim.Runtime;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Cli.Tests;

public sealed class SweepExplanationsTests
{
    private const int Samples = 200;

    private static ImmutableArray<string> Of(string axis, int[][] correct, params string[] settings)
    {
        SweepPlan plan = SweepPlan.Of(
            HardwareProfiles.BuiltIn("isaac"), [.. settings.Select(s => ProfileSetting.Parse(s, "--set"))], [SweepAxis.Parse(axis)]);
        var options = new SweepOptions(Fidelity.Device, correct[0].Length, 0, 0, 0);
        return SweepExplanations.Of(new SweepReport(
            new SweepSubject("net.cim", "isaac", [], "device"), plan,
            [.. plan.Points.Select((p, i) => new SweepMeasurement(p, [.. correct[i].Select(c => new Accuracy(c, Samples, 1))], null))],
            options) { Exact = new Accuracy(Samples, Samples, 1) });
    }

    [Fact]
    public void A_rise_with_an_error_is_explained_with_its_figures_and_cures()
    {
        string text = Assert.Single(Of(
            "programmingError.sigma=0,0.03,0.06", [[61, 61, 61], [120, 125, 132], [100, 120, 140]], "adcBits=4"));
        Assert.StartsWith(
            "Accuracy is 30.5 % at programmingError.sigma=0, but 62.8 % at programmingError.sigma=0.03: the 4-bit conversions", text,
            StringComparison.Ordinal);
        Assert.Contains("dither", text, StringComparison.Ordinal);
        Assert.Contains("encoding=differential, more adcBits", text, StringComparison.Ordinal);
        Assert.DoesNotContain("differential",
            Of("programmingError.sigma=0,0.03", [[61, 61], [120, 125]], "adcBits=4", "encoding=differential")[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rows=64,128", 61, 126)]
    [InlineData("adcBits=3,4", 110, 61)]
    public void So_are_more_rows_that_are_better_and_more_bits_that_are_worse(string axis, int first, int second)
    {
        Assert.Contains("between two codes", Assert.Single(Of(axis, [[first], [second]])), StringComparison.Ordinal);
        Assert.Empty(Of(axis, [[second], [first]]));
    }

    [Theory]
    [InlineData("programmingError.sigma=0,0.03", 150, 155)] // chance
    [InlineData("programmingError.sigma=0,0.03", 180, 100)] // as expected
    [InlineData("gOff=0,1e-6", 61, 125)] // no error
    public void Other_results_are_not(string axis, int first, int second) =>
        Assert.Empty(Of(axis, [[first, first + 2], [second, second + 2]], "adcBits=4"));

    [Fact]
    public void Without_converters_nothing_is_explained_by_them() =>
        Assert.Empty(Of("programmingError.sigma=0,0.03", [[61, 61], [120, 125]], "adcBits=0"));
}
