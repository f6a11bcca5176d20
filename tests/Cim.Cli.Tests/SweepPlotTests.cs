using System.Xml.Linq;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Reporting.Plots;
using Cim.Compiler.Sweep;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Cli.Tests;

public sealed class SweepPlotTests
{
    private const string Darkest = "rgb(68,1,84)", Brightest = "rgb(253,231,37)";

    private static XElement Draw(double exact, string[] axes, params int[] correct) =>
        Draw(new SweepReferences(exact, null), axes, correct);

    private static XElement Draw(SweepReferences references, string[] axes, params int[] correct)
    {
        SweepPlan plan = SweepPlan.Of(HardwareProfiles.BuiltIn("isaac"), [], [.. axes.Select(SweepAxis.Parse)]);
        return XDocument.Parse(SweepSvg.Draw("title", "subtitle", plan,
            [.. plan.Points.Select((p, i) => new SweepMeasurement(p, [new Accuracy(correct[i], 1000, 1)], null))], references)).Root!;
    }

    [Theory]
    [InlineData(false, 900, 901, 901, 902)] // two tenths of a percentage point
    [InlineData(true, 900, 905, 905, 910)] // one
    [InlineData(true, 100, 500, 600, 950)]
    [InlineData(false, 1000, 1000, 1000, 1000)]
    public void Dark_and_bright_are_at_least_a_percentage_point_apart(bool isWhole, params int[] correct)
    {
        string[] colours = [.. Draw(1, ["adcBits=4,5", "rows=64,128"], correct).Descendants()
            .Where(e => e.Name.LocalName == "rect" && e.Elements().Any()).Select(e => (string)e.Attribute("fill")!)];
        Assert.Equal(4, colours.Length);
        Assert.Equal(isWhole, colours.Contains(Darkest) && colours.Contains(Brightest));
    }

    [Fact]
    public void The_integers_alone_are_a_line_that_is_inside_also_where_no_point_is()
    {
        XElement svg = Draw(0.95, ["adcBits=4,5,6"], 500, 600, 700);
        XElement line = Assert.Single(svg.Descendants(), e => (string?)e.Attribute("class") == "exact");
        double[] circles = [.. svg.Descendants().Where(e => e.Name.LocalName == "circle").Select(e => (double)e.Attribute("cy")!)];
        Assert.InRange((double)line.Attribute("y1")!, 40, circles.Min() - 1);
        Assert.Contains("95 %", line.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void The_float_network_is_a_second_line_where_the_model_states_its_accuracy()
    {
        XElement svg = Draw(new SweepReferences(0.95, 0.96), ["adcBits=4,5,6"], 500, 600, 700);
        double Height(string name) => (double)Assert.Single(svg.Descendants(), e => (string?)e.Attribute("class") == name).Attribute("y1")!;
        Assert.True(Height("float") < Height("exact"));
        Assert.DoesNotContain(Draw(0.95, ["adcBits=4,5,6"], 500, 600, 700).Descendants(), e => (string?)e.Attribute("class") == "float");
    }
}
