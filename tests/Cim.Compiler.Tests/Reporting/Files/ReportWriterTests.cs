using System.Text.Json;
using System.Xml.Linq;
using Cim.Compiler.Reporting;
using Cim.Compiler.Reporting.Files;
using Cim.Compiler.Reporting.Html;
using Xunit;

namespace Cim.Compiler.Tests.Reporting.Files;

public sealed class ReportWriterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cim-report-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Both_files_are_written_and_nothing_else_stays_behind()
    {
        string html = ReportWriter.Write(ExampleReport.Create(), Path.Combine(_folder, "new", "report"));
        Assert.Equal(
            [ReportWriter.HtmlFileName, ReportWriter.JsonFileName],
            Directory.GetFileSystemEntries(Path.GetDirectoryName(html)!).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Existing_files_are_replaced()
    {
        ReportWriter.Write(ExampleReport.Create(), _folder);
        ReportWriter.Write(ExampleReport.Create() with { SdkVersion = "9.9.9" }, _folder);
        Assert.Contains("9.9.9", File.ReadAllText(Path.Combine(_folder, ReportWriter.JsonFileName)), StringComparison.Ordinal);
    }

    [Fact]
    public void Json_read_back_gives_the_same_json()
    {
        string json = ReportJson.Serialize(ExampleReport.Create());
        Assert.Equal(json, ReportJson.Serialize(ReportJson.Deserialize(json)));
    }

    [Fact]
    public void Json_has_the_schema_version_and_every_figure_of_a_layer()
    {
        using JsonDocument document = JsonDocument.Parse(ReportJson.Serialize(ExampleReport.Create()));
        JsonElement root = document.RootElement;
        Assert.Equal(CompilationReport.CurrentSchema, root.GetProperty("schema").GetInt32());
        Assert.Equal("/conv2/Conv", root.GetProperty("worstLayer").GetString());
        Assert.Equal(0.9105, root.GetProperty("compiled").GetProperty("accuracies")[0].GetProperty("accuracy").GetDouble(), 12);
        JsonElement layer = root.GetProperty("layers")[1];
        string[] keys =
        [
            "name", "operator", "inputShape", "outputShape", "rows", "columns", "mvms", "weightBits", "activationBits", "adcBits",
            "arrays", "utilisation", "cosine", "relativeL2Error", "adcSaturation", "latencyNs", "energyPj", "adcConversions",
        ];
        Assert.All(keys, key => Assert.NotEqual(JsonValueKind.Null, layer.GetProperty(key).ValueKind));
    }

    [Fact]
    public void Json_begins_with_the_totals_of_the_compiled_network()
    {
        string json = ReportJson.Serialize(ExampleReport.Create());
        Assert.Matches("^\\{\\s*\"schema\": 1,\\s*\"accuracyFloat\": 0.915,\\s*\"accuracyCompiled\": 0.9135,\\s*\"cost\": "
            + "\\{\\s*\"latencyNs\": 101000,", json);
    }

    [Fact]
    public void What_was_not_measured_is_null_in_the_json_and_a_dash_in_the_page()
    {
        CompilationReport report = ExampleReport.With(null, null, null) with { Evaluation = null };
        using JsonDocument document = JsonDocument.Parse(ReportJson.Serialize(report));
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("worstLayer").ValueKind);
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("layers")[0].GetProperty("relativeL2Error").ValueKind);
        string html = HtmlReport.Render(report);
        Assert.Contains("Not measured", html, StringComparison.Ordinal);
        Assert.Contains("without labelled data", html, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_needs_no_network_and_its_only_script_is_its_own()
    {
        string html = HtmlReport.Render(ExampleReport.Create());
        Assert.Equal(2, html.Split("<script>").Length);
        Assert.All(["http:", "https:", "url(", "@import", "<script ", "fetch(", "<link", "<img", " src="],
            forbidden => Assert.DoesNotContain(forbidden, html, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void The_page_is_well_formed_and_shows_the_three_networks_and_the_worst_layer()
    {
        XElement main = Body(ExampleReport.Create());
        Assert.Equal(["Float", "8-bit", "Compiled"], main.Descendants("article").Select(a => a.Element("h2")!.Value));
        Assert.Equal(
            "Worst layer: /conv2/Conv", main.Descendants("p").Single(p => (string?)p.Attribute("class") == "worst").Element("b")!.Value);
        Assert.Equal(3, main.Descendants("tbody").Single(t => t.Parent!.Attribute("class")!.Value == "layers").Elements("tr").Count());
    }

    [Fact]
    public void The_headline_of_a_network_is_its_most_faithful_simulation()
    {
        XElement compiled = Body(ExampleReport.Create()).Descendants("article").Last();
        Assert.StartsWith("91.05 %", compiled.Elements("p").ElementAt(1).Value.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_fidelity_measured_on_fewer_samples_is_neither_the_headline_nor_compared()
    {
        CompilationReport report = ExampleReport.Create();
        XElement compiled = Body(report with { Compiled = report.Compiled with {
            Accuracies = [new("adc", 466, 500), new("exact", 1827, 2000)] } }).Descendants("article").Last();
        Assert.StartsWith("91.35 %", compiled.Elements("p").ElementAt(1).Value.Trim(), StringComparison.Ordinal);
        XElement row = compiled.Descendants("tr").Single(r => r.Element("th")!.Value == "accuracy, adc, first 500");
        Assert.Equal(["93.20 %", ""], row.Elements("td").Select(d => d.Value));
    }

    [Fact]
    public void Names_from_the_model_are_escaped()
    {
        CompilationReport report = ExampleReport.Create();
        const string name = "<script>alert('&')</script>";
        XElement main = Body(report with { Layers = report.Layers.SetItem(1, report.Layers[1] with { Name = name }) });
        Assert.Contains(main.Descendants("span"), span => (string?)span.Attribute("class") == "name" && span.Value == name);
    }

    [Fact]
    public void A_long_name_is_shortened_with_the_whole_one_as_tooltip_and_for_screen_readers()
    {
        CompilationReport report = ExampleReport.Create();
        const string name = "/encoder/layer.0/attention/self/query/a/very/long/way/down/MatMul";
        XElement main = Body(report with { Layers = report.Layers.SetItem(1, report.Layers[1] with { Name = name }) });
        XElement shown = main.Descendants("table").Single(t => (string?)t.Attribute("class") == "layers").Descendants("span")
            .Single(s => (string?)s.Attribute("title") == name);
        Assert.Equal(name, shown.Elements("span").Single(s => (string?)s.Attribute("class") == "unseen").Value);
        string seen = shown.Elements("span").Single(s => (string?)s.Attribute("aria-hidden") == "true").Value;
        Assert.True(seen.Length <= 34 && name.EndsWith(seen[1..], StringComparison.Ordinal), seen);
    }

    [Fact]
    public void The_first_box_has_the_fidelity_in_use_with_exact_beside_it_and_what_limits()
    {
        CompilationReport report = ExampleReport.Create() with { Fidelity = "adc", LossPoints = 20 };
        report = report with { Compiled = report.Compiled with { Accuracies = [new("adc", 1430, 2000), new("exact", 1827, 2000)] } };
        XElement first = Body(report).Elements("section").First();
        Assert.Equal("headline", (string?)first.Attribute("class"));
        string[] text = [.. first.Elements("p").Select(p => p.Value)];
        Assert.StartsWith("71.50 % at adc", text[0], StringComparison.Ordinal);
        Assert.StartsWith("91.35 % exact, 91.50 % float", text[1], StringComparison.Ordinal);
        // 0.15 points are those of exact integers.
        Assert.Contains("of 20.00 points lost they take 19.85", text[2], StringComparison.Ordinal);
        Assert.Contains("encoding \"differential\"", text[2], StringComparison.Ordinal);
    }

    [Fact]
    public void What_lies_beyond_a_range_is_counted_in_whole_bins()
    {
        var histogram = new HistogramReport(-1, 3, [10, 50, 30, 10], 0, 2);
        Assert.Equal((100, 0.2), (histogram.Total, histogram.Beyond));
    }

    [Fact]
    public void A_network_without_crossbar_layers_has_a_page() =>
        Assert.Contains("Not measured", Body(ExampleReport.Create() with { Layers = [] }).Value, StringComparison.Ordinal);

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(200)]
    public void Any_depth_has_a_page(int layers)
    {
        CompilationReport report = ExampleReport.Create();
        LayerReport[] many = [.. Enumerable.Range(0, layers).Select(i => report.Layers[i % 3] with { Name = $"/stage/block{i}/Conv" })];
        Assert.Equal(layers, Body(report with { Layers = [.. many] }).Descendants("circle").Count());
    }

    [Fact]
    public void The_worst_layer_is_the_one_that_adds_most_error_itself() =>
        Assert.Equal("/conv1/Conv", ExampleReport.With(0.3, 0.2, null).WorstLayer);

    [Fact]
    public void A_layer_whose_error_is_not_a_number_is_worse_than_any_other() =>
        Assert.Equal("/conv2/Conv", ExampleReport.With(0.3, double.NaN, 0.9).WorstLayer);

    [Fact]
    public void Of_equally_bad_layers_the_first_is_named() =>
        Assert.Equal("/conv1/Conv", ExampleReport.With(0.2, 0.2, 0.2).WorstLayer);

    private static XElement Body(CompilationReport report)
    {
        string html = HtmlReport.Render(report);
        int start = html.IndexOf("<main>", StringComparison.Ordinal);
        int end = html.IndexOf("</main>", StringComparison.Ordinal) + "</main>".Length;
        return XElement.Parse(html[start..end]);
    }
}
