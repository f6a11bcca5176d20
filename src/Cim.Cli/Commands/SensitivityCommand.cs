using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Invocation;
using Cim.Cli.Options;
using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Sensitivity;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;
using Spectre.Console;

namespace Cim.Cli.Commands;

/// <summary><c>cim sensitivity M.onnx --calibration D</c>: what quantizing the weights of each layer does, estimated and
/// measured.</summary>
internal static class SensitivityCommand
{
    private static readonly Argument<string> _model = new("model") { Description = "The network (.onnx)." };
    private static readonly RowOption<string> _calibration = new(
        OptionTable.Calibration, "Calibration samples: a third fits the quantizers, on the rest losses are measured. Labels are used where "
            + "there are any.")
    {
        Required = true,
    };
    private static readonly RowOption<int> _samples = new(CommandRows.Samples);
    private static readonly RowOption<int> _probes = new(CommandRows.Probes);
    private static readonly RowOption<ulong> _seed = new(OptionTable.Seed, "Seed of the random vectors.");
    private static readonly RowOption<double?> _minutes = new(
        OptionTable.SearchBudget, "Minutes the analysis may take; layers it does not reach are left out, with a warning.");
    private static readonly Option<bool> _detail = new("--detail")
    {
        Description = "With --json: also lists every output channel and strip.",
    };
    private static readonly Option<string?> _cache = new("--cache")
    {
        Description = "A folder for results, so that the same analysis is not made twice.",
    };

    public static Command Create()
    {
        var command = new Command(
            "sensitivity", "Reports how sensitive the network is to quantized weights, layer by layer: measured loss, Hessian trace, "
                + "Fisher information and gradient times weight.")
        { _model, _calibration, _samples, _probes, _seed, _minutes, _detail, _cache };
        var data = new DataArguments(command);
        var import = new ImportArguments(command);
        return command.Does((parsed, context) =>
        {
            SensitivityReport report = Read(parsed, context, data, import);
            if (report.LayersLeftOut > 0)
                context.Warn(ErrorCodes.SearchRanOutOfTime,
                        $"The analysis ended after {parsed.GetValue(_minutes)} minutes; {report.LayersLeftOut} of "
                    + $"{report.LayersLeftOut + report.Layers.Length} layers are left out. Give it more time "
                    + $"({OptionTable.SearchBudget.Named()}), or fewer samples or probes.", parsed.GetValue(_model));
            context.WriteResult(new SensitivityDocument(report, parsed.GetValue(_detail)), CliJson.Relaxed.SensitivityDocument,
                text => Print(text, report));
        });
    }

    private static SensitivityReport Read(ParseResult parsed, CommandContext context, DataArguments dataArguments, ImportArguments import)
    {
        (string model, string calibration) = (parsed.GetRequiredValue(_model), parsed.GetRequiredValue(_calibration));
        Preprocessing preprocessing = dataArguments.Read(parsed);
        var clock = new SearchClock(parsed.GetValue(_minutes) is { } minutes ? TimeSpan.FromMinutes(minutes) : null);
        string? stored = null;
        if (parsed.GetValue(_cache) is { } folder)
        {
            var asked = new CompileOptions { ModelPath = model, Hardware = OptionTable.Hardware.Default!, Import = import.Read(parsed) };
            string sizes = string.Join(' ', new[] { OptionTable.Dim, OptionTable.Dims, OptionTable.Fix }
                .Select(row => OptionTexts.Of(asked, row)));
            string key = ResultKey.Hash(string.Create(CultureInfo.InvariantCulture,
                $"{SdkVersion.Current} {InputHash.OfModel(model)} {sizes} {InputHash.OfData(calibration)} {preprocessing} "
                    + $"{parsed.GetValue(_samples)} {parsed.GetValue(_probes)} {parsed.GetValue(_seed)}"));
            stored = Path.Combine(folder, $"sensitivity-{key}.json");
            if (Load(stored) is { } known) return known;
        }

        Graph graph = OnnxImporter.Import(
            model, PlanChoice.For(model, import.Read(parsed), [calibration], preprocessing), context.Cancellation);
        GraphInput input = GraphInput.Of(graph);
        DataSet samples = DataSet.Open(calibration, input.Ports, preprocessing);
        SearchData data = SearchData.For(samples, graph, input, context.Cancellation);
        graph = ScoredGraph.Of(graph, input, samples);
        SensitivityReport report = SensitivityAnalysis.Run(
            new SampledNetwork(graph, input, data), parsed.GetValue(_samples),
            new CurvatureProbes(parsed.GetValue(_probes), parsed.GetValue(_seed), clock), context.Progress, context.Cancellation);
        if (stored is not null && report.LayersLeftOut == 0)
            AtomicFile.Write(stored, stream => JsonSerializer.Serialize(stream, report, SensitivityJson.Default.SensitivityReport));
        return report;
    }

    private static SensitivityReport? Load(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllText(path), SensitivityJson.Default.SensitivityReport) : null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or IOException or UnauthorizedAccessException)
        {
            return null; // A damaged result is no more than a lost one.
        }
    }

    private static void Print(IAnsiConsole console, SensitivityReport report)
    {
        var layers = new Table().AddColumns("Layer", "Weights", "Hessian trace", "Fisher trace", "|g w|", "measured, 4 bits", "2 bits");
        foreach (LayerSensitivity l in report.Layers)
            layers.AddRow(new Text(l.Name), Cell($"{l.Weights:#,0}"), Cell($"{l.HessianTrace:G4}"), Cell($"{l.FisherTrace:G4}"),
                Cell($"{l.GradientTimesWeight:G4}"),
                Cell($"{l.Widths.First(w => w.Bits == 4).Divergence:G3}"), Cell($"{l.Widths.First(w => w.Bits == 2).Divergence:G3}"));
        console.Write(layers);
        var proxies = new Table().AddColumns("Estimate", "rank correlation with divergence", "with loss of accuracy");
        foreach (ProxyQuality p in report.Proxies)
            proxies.AddRow(new Text(p.Proxy), Cell($"{p.WithDivergence:F3}"), Cell($"{p.WithLoss:F3}"));
        console.Write(proxies);
    }

    private static Text Cell(FormattableString text) => new Text(text.ToString(CultureInfo.InvariantCulture)).RightJustified();
}
