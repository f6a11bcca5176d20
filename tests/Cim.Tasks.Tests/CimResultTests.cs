using System.Xml.Linq;

namespace Cim.Tasks.Tests;

/// <summary>The line of a build that says what came out.</summary>
public sealed class CimResultTests : IDisposable
{
    private readonly Folder _folder = new();
    private readonly Engine _engine = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(
        """
        { "accuracyFloat": 0.9285, "accuracyCompiled": 0.9215, "cost": { "latencyNs": 1234.5, "energyPj": 6e3, "arrays": 7 },
          "fidelity": "adc" }
        """,
        "accuracy 92.15 % at adc (float 92.85 %), 1,234 ns, 6,000 pJ, 7 arrays")]
    [InlineData(
        """
        { "accuracyFloat": null, "cost": { "latencyNs": 1, "energyPj": 2, "arrays": 3 },
          "agreement": { "fidelity": "exact", "samples": 9, "cosine": 0.99781, "topAgreement": 0.982 } }
        """,
        "agreement with float at exact: cosine 0.9978, same class in 98.2 %, 1 ns, 2 pJ, 3 arrays")]
    [InlineData("""{ "accuracyFloat": null, "cost": { "latencyNs": 1, "energyPj": 2, "arrays": 3 }, "agreement": null }""",
        "accuracy not measured, 1 ns, 2 pJ, 3 arrays")]
    [InlineData(
        """
        { "cost": { "latencyNs": 2000, "energyPj": 50, "arrays": 7 },
          "schedule": { "scheduledFor": "throughput", "latencyNs": 1234.4, "throughputPerSecond": 810372.1, "energyPj": 60.1 } }
        """,
        "accuracy not measured, 2,000 ns, 50 pJ, 7 arrays, scheduled for throughput: 1,234 ns, 810,372 inferences/s, 60 pJ")]
    [InlineData(
        """
        { "cost": { "latencyNs": 2000, "energyPj": 50, "arrays": 7 }, "schedule": { "latencyNs": 1234.4, "energyPj": 60.1 } }
        """,
        "accuracy not measured, 2,000 ns, 50 pJ, 7 arrays")]
    public void A_result_has_quality_at_the_needed_fidelity_cost_and_report(string report, string expected)
    {
        _folder.Write("m.report/report.json", report);
        XElement project = XElement.Load(Assert.Single(Projects("m")));
        Assert.Equal("Result", (string)project.Element("Target")!.Attribute("Name")!);
        string text = Uri.UnescapeDataString((string)project.Descendants("Message").Single().Attribute("Text")!);
        Assert.Equal($"m -> {expected}, report: {Path.Combine(_folder["m.report"], "report.html")}", text);
        Assert.Equal("High", (string)project.Descendants("Message").Single().Attribute("Importance")!);
    }

    [Fact]
    public void A_model_without_a_report_has_no_result() => Assert.Empty(Projects("m"));

    [Fact]
    public void A_result_that_did_not_change_is_not_written_again()
    {
        _folder.Write("m.report/report.json", "{}");
        string project = Assert.Single(Projects("m"));
        DateTime old = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(project, old);
        Projects("m");
        Assert.Equal(old, File.GetLastWriteTimeUtc(project));
    }

    private string[] Projects(string key)
    {
        CimResult task = new()
        {
            BuildEngine = _engine,
            Models =
            [
                Engine.Item(
                    _folder["m.onnx"], ("Key", key), ("CompiledFile", _folder["m.cim"]), ("ReportDirectory", _folder["m.report"])),
            ],
        };
        Assert.True(task.Execute());
        return [.. task.Projects.Select(p => p.ItemSpec)];
    }
}
