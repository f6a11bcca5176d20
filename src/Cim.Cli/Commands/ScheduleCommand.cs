using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Invocation;
using Cim.Cli.Options;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Options;
using Cim.Compiler.Precision;
using Cim.Compiler.Scheduling;
using Cim.Compiler.Scheduling.Copies;
using Cim.Compiler.Scheduling.Simulation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Spectre.Console;

namespace Cim.Cli.Commands;

/// <summary><c>cim schedule M.onnx --hardware H</c>: when every array of a chip works, from shapes alone, without data.</summary>
internal static class ScheduleCommand
{
    private static readonly Argument<string> _model = new("model") { Description = "The network (.onnx)." };

    private static readonly RowOption<string> _hardware = new(OptionTable.Hardware);

    private static readonly RowOption<int> _weightBits = new(OptionTable.WeightBits);

    private static readonly RowOption<int> _activationBits = new(OptionTable.ActivationBits with { Range = OptionTable.WeightBits.Range });

    private static readonly RowOption<int> _adcBits = new(OptionTable.AdcBits, "Bits of every conversion.");

    private static readonly RowOption<string?> _policy = new(OptionTable.Policy);

    private static readonly RowOption<string> _pipeline = new(ScheduleRows.Pipeline);

    private static readonly RowOption<string> _copies = new(ScheduleRows.Copies);

    private static readonly RowOption<long?> _extraArrays = new(ScheduleRows.ExtraArrays);

    private static readonly RowOption<string> _buffers = new(ScheduleRows.Buffers);

    private static readonly RowOption<int> _batch = new(ScheduleRows.Batch);

    private static readonly RowOption<string?> _trace = new(ScheduleRows.Trace);

    public static Command Create()
    {
        var command = new Command("schedule", "When every array of a chip works: copies, cores and a timeline, without data.")
        {
            _model, _hardware, _weightBits, _activationBits, _adcBits, _policy, _pipeline, _copies, _extraArrays, _buffers, _batch, _trace,
        };
        var import = new ImportArguments(command);
        return command.Does((parsed, context) => Run(parsed, context, import));
    }

    private static void Run(ParseResult parsed, CommandContext context, ImportArguments import)
    {
        string model = parsed.GetRequiredValue(_model);
        string? trace = parsed.GetValue(_trace);
        new CommandFiles().ReadsModel(model).ReadsProfile(OptionTable.Hardware, parsed.GetRequiredValue(_hardware))
            .Reads(OptionTable.Policy, parsed.GetValue(_policy)).Writes(ScheduleRows.Trace, trace).Check();
        HardwareProfile profile = context.LoadHardware(parsed.GetRequiredValue(_hardware));
        Graph graph = OnnxImporter.Import(model, import.Read(parsed), context.Cancellation);
        Schedule schedule = PartitionedScheduler.Run(Network(parsed, graph, profile), Options(parsed));
        if (trace is not null) TraceFile.Write(trace, schedule);
        context.WriteResult(new ScheduleDocument(schedule), CliJson.Relaxed.ScheduleDocument, text => ScheduleText.Print(text, schedule));
    }

    private static ScheduledNetwork Network(ParseResult parsed, Graph graph, HardwareProfile profile)
    {
        ImmutableArray<LayerShape> shapes = LayerShapes.Of(graph, profile);
        (int weights, int activations, int adc) = (
            parsed.GetValue(_weightBits), parsed.GetValue(_activationBits), parsed.GetValue(_adcBits));
        var policy = new QuantizationPolicy([.. shapes.Select(s => new LayerPrecision(s.Name, weights, activations, adc))]);
        if (parsed.GetValue(_policy) is { } file) policy = PolicyJson.Load(file, new PolicyLayers(policy, shapes, profile.Rows));
        return new ScheduledNetwork(graph, profile, new LayerLowering(policy, profile).CostOf);
    }

    private static ScheduleOptions Options(ParseResult parsed) => new()
    {
        Pipeline = parsed.GetRequiredValue(_pipeline) switch
        {
            "serial" => PipelineKind.Serial,
            "batch" => PipelineKind.Batch,
            _ => PipelineKind.CrossLayer,
        },
        Copies = parsed.GetRequiredValue(_copies) switch
        {
            "none" => CopyRule.None,
            "min-sum" => CopyRule.MinSum,
            "min-max" => CopyRule.MinMax,
            "balance" => CopyRule.Balance,
            _ => CopyRule.Optimise,
        },
        ExtraArrays = parsed.GetValue(_extraArrays),
        HasChipBuffers = parsed.GetRequiredValue(_buffers) == "profile",
        Images = parsed.GetValue(_batch),
    };
}
