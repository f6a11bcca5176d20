using System.CommandLine;
using Cim.Cli.Commands.Studies;
using Cim.Cli.Invocation;
using Cim.Cli.Options;
using Cim.Cli.Studies;
using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Scheduling;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Persistence;
using Cim.Runtime;
using Cim.Runtime.Hardware;

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
        OptionTable.Objective, "The cost: of layers one after the other, or of the schedule ({ScheduleFor}).");
    private static readonly RowOption<string?> _scheduleFor = new(OptionTable.ScheduleFor,
        "Costs are those of a schedule of all layers at once, with copies for the least latency or the most throughput.");
    private static readonly RowOption<long> _copiesWithin = new(OptionTable.CopiesWithin,
        "Arrays for the schedule and its copies; 0 = those of the chip.");
    private static readonly RowOption<int> _points = new(CommandRows.Points);
    private static readonly Option<string?> _csv = new("--csv") { Description = "Write the points as CSV." };
    private static readonly Option<string?> _svg = new("--svg") { Description = "Draw the points as SVG." };

    private static readonly StudyFiles _files = new(_model, _csv, _svg);

    public static Command Create()
    {
        DataArguments? data = null;
        ImportArguments? import = null;
        var command = new StudyCommand("pareto", "The front of accuracy against latency, energy or arrays.", _files,
            (parsed, context, store) => Study(parsed, context, store, data!, import!))
        {
            _model, _hardware, _calibration, _objective, _scheduleFor, _copiesWithin, _points, _csv, _svg,
        };
        data = new DataArguments(command);
        import = new ImportArguments(command);
        return command;
    }

    private static ParetoStudy Study(
        ParseResult parsed, CommandContext context, StudyStore? store, DataArguments dataArguments, ImportArguments import)
    {
        string model = parsed.GetRequiredValue(_model);
        (string objective, ScheduleRequest? schedule) = Goal(parsed);
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
        string inputs = string.Join(
            ' ', InputHash.OfModel(model), InputHash.OfData(samples.Path), ResultKey.HashOf(hardware), preprocessing,
            import.Key(parsed));
        SearchData data = SearchData.For(samples, graph, input, context.Cancellation);
        graph = ScoredGraph.Of(graph, input, samples);
        var options = new PolicySearchOptions
        {
            Objective = PolicySearchOptions.Parse(objective, isScheduled: schedule is not null),
            Schedule = schedule,
            // Sensitivities are measured once for all units.
            Trials = store is null ? null : TrialFile.Open(store.At("trials", "pareto.json"), $"pareto {SdkVersion.Current} {inputs}"),
        };
        PolicySearch search = SearchPreparation.Prepare(
            new SampledNetwork(graph, input, data), hardware, options, context.Progress, context.Cancellation);
        if (schedule is not null) inputs += $" {schedule} {ResultKey.HashOfChip(hardware)}";
        var subject = new ParetoSubject(Path.GetFileNameWithoutExtension(model), objective, inputs);
        return new ParetoStudy(search, ParetoMeasurement.Choose(search, parsed.GetValue(_points), context.Cancellation), subject,
            new ParetoFiles(parsed.GetValue(_csv), parsed.GetValue(_svg)), context);
    }

    private static (string Objective, ScheduleRequest? Schedule) Goal(ParseResult parsed)
    {
        bool isNamed = parsed.GetResult(_objective) is { Implicit: false };
        string objective = parsed.GetRequiredValue(_objective);
        // As in a compilation: a schedule says what is minimised, and throughput is that of a schedule.
        string? goal = parsed.GetValue(_scheduleFor) ?? (objective == "throughput" ? objective : null);
        if (goal is null && parsed.GetValue(_copiesWithin) > 0)
            throw OptionError.Usage($"{_copiesWithin.Name} is about the copies of a schedule, and none is asked for; add "
                + $"{_scheduleFor.Name} latency or throughput, or leave it out.");
        return (isNamed || goal is null ? objective : goal, ScheduleRequest.Parse(goal, parsed.GetValue(_copiesWithin)));
    }
}
