using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Invocation;
using Cim.Cli.Options;
using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Options;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Reporting.Plots;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Search.Verification;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;
using Cim.Runtime.Hardware;
using Spectre.Console;

namespace Cim.Cli.Commands;

/// <summary><c>cim pareto M.onnx --hardware H --calibration D</c>: the front of accuracy against cost, as text, JSON, CSV and
/// SVG.</summary>
internal static class ParetoCommand
{
    private static readonly Argument<string> _model = new("model") { Description = "The network (.onnx)." };
    private static readonly RowOption<string> _hardware = new(OptionTable.Hardware);
    private static readonly RowOption<string> _calibration = new(
        OptionTable.Calibration, "Samples: a third fits quantizers, the rest evaluates policies. Labels help.") { Required = true };
    private static readonly RowOption<string> _objective = new(
        OptionTable.Objective with { Choices = ["latency", "energy", "arrays"] }, "The cost.");
    private static readonly RowOption<int> _points = new(CommandRows.Points);
    private static readonly Option<string?> _csv = new("--csv") { Description = "Write the points as CSV." };
    private static readonly Option<string?> _svg = new("--svg") { Description = "Draw the points as SVG." };

    public static Command Create()
    {
        var command = new Command("pareto", "The front of accuracy against latency, energy or arrays.") {
            _model, _hardware, _calibration, _objective, _points, _csv, _svg };
        var data = new DataArguments(command);
        var import = new ImportArguments(command);
        return command.Does((parsed, context) => Run(parsed, context, data, import));
    }

    private static void Run(ParseResult parsed, CommandContext context, DataArguments dataArguments, ImportArguments import)
    {
        string model = parsed.GetRequiredValue(_model), objective = parsed.GetRequiredValue(_objective);
        new CommandFiles().ReadsModel(model).ReadsProfile("--hardware", parsed.GetValue(_hardware))
            .ReadsData("--calibration", parsed.GetValue(_calibration))
            .Writes("--csv", parsed.GetValue(_csv)).Writes("--svg", parsed.GetValue(_svg)).Check();
        HardwareProfile hardware = context.LoadHardware(parsed.GetRequiredValue(_hardware));
        Preprocessing preprocessing = dataArguments.Read(parsed);
        string calibration = parsed.GetRequiredValue(_calibration);
        Graph graph = OnnxImporter.Import(
            model, PlanChoice.For(model, import.Read(parsed), [calibration], preprocessing), context.Cancellation);
        GraphInput input = GraphInput.Of(graph);
        DataSet samples = DataSet.Open(calibration, input.Ports, preprocessing);
        SearchData data = SearchData.For(samples, graph, input, context.Cancellation);
        graph = ScoredGraph.Of(graph, input, samples);
        var options = new PolicySearchOptions { Objective = PolicySearchOptions.Parse(objective) };
        using PolicySearch search = SearchPreparation.Prepare(
            new SampledNetwork(graph, input, data), hardware, options, context.Progress, context.Cancellation);
        ImmutableArray<MeasuredPoint> points = ParetoMeasurement.Measure(
            search, parsed.GetValue(_points), context.Progress, context.Cancellation);

        CostVector eight = search.Space.Costs.Total(PolicyMoves.Widest(search.Space));
        WarnOfConverters(search, context);
        if (parsed.GetValue(_csv) is { } csv) Save(csv, ToCsv(points));
        if (parsed.GetValue(_svg) is { } svg)
            Save(svg, ParetoSvg.Draw($"{Path.GetFileNameWithoutExtension(model)} on {hardware.Name}", objective, points,
                eight.Of(options.Objective), options.Objective));
        context.WriteResult(
            new ParetoDocument(search, points, objective), CliJson.Relaxed.ParetoDocument, text => Print(text, points, eight));
    }

    // Losses of the front are those of integers, and of conversions narrower than the profile's.
    private static void WarnOfConverters(PolicySearch search, CommandContext context)
    {
        HardwareProfile hardware = search.Hardware;
        if (hardware.AdcBits == 0) return;
        double lost = AdcVerification.ConverterPoints(search, context.Cancellation);
        if (lost > ConverterLoss.WorthAWarning)
        {
            context.Warn(ErrorCodes.ConvertersLoseAccuracy, string.Create(CultureInfo.InvariantCulture,
                $"The {hardware.AdcBits}-bit converters of '{hardware.Name}' lose an estimated {lost:F2} percentage points at 8-bit "
                    + $"weights and activations already; the losses of the points do not count that. {ConverterLoss.Cures(hardware)}"));
        }
    }

    private static string ToCsv(ImmutableArray<MeasuredPoint> points)
    {
        var text = new StringBuilder("latencyNs,energyPj,arrays,estimate,validationLoss,onFront\n");
        foreach (MeasuredPoint p in points)
            text.Append(CultureInfo.InvariantCulture,
                $"{p.Cost.LatencyNs},{p.Cost.EnergyPj},{p.Cost.Arrays},{p.Estimate},{p.Loss},{(p.IsOnFront ? 1 : 0)}\n");
        return text.ToString();
    }

    private static void Print(IAnsiConsole console, ImmutableArray<MeasuredPoint> points, CostVector eight)
    {
        var table = new Table().AddColumns("Latency", "of 8 bits", "Energy", "Arrays", "Estimated loss", "On the front");
        foreach (MeasuredPoint p in points)
            table.AddRow(Cell($"{p.Cost.LatencyNs:#,0} ns"), Cell($"{100 * p.Cost.LatencyNs / eight.LatencyNs:F1} %"),
                Cell($"{p.Cost.EnergyPj:#,0} pJ"), Cell($"{p.Cost.Arrays:#,0}"), Cell($"{p.Loss:F2} points"),
                new Text(p.IsOnFront ? "yes" : ""));
        console.Write(table);
    }

    private static Text Cell(FormattableString text) => new Text(text.ToString(CultureInfo.InvariantCulture)).RightJustified();

    private static void Save(string path, string text) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
