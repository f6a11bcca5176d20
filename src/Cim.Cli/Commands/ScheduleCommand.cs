using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Invocation;
using Cim.Cli.Options;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Scheduling;
using Cim.Compiler.Scheduling.Copies;
using Cim.Compiler.Scheduling.Simulation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Model;
using Spectre.Console;

namespace Cim.Cli.Commands;

/// <summary><c>cim schedule M.onnx --hardware H</c>: when every array of a chip works, from shapes alone, without data.</summary>
internal static class ScheduleCommand
{
    private static readonly Argument<string> _model = new("model") { Description = "The network (.onnx) or a compiled model (.cim)." };

    private static readonly RowOption<string> _hardware = new(OptionTable.Hardware);

    private static readonly RowOption<int> _weightBits = new(OptionTable.WeightBits);

    private static readonly RowOption<int> _activationBits = new(OptionTable.ActivationBits with { Range = OptionTable.WeightBits.Range });

    private static readonly RowOption<int> _adcBits = new(OptionTable.AdcBits, "Bits of every conversion.");

    private static readonly RowOption<string?> _policy = new(OptionTable.Policy);

    private static readonly RowOption<string> _pipeline = new(ScheduleRows.Pipeline);

    private static readonly RowOption<string> _copies = new(ScheduleRows.Copies);

    private static readonly RowOption<long?> _extraArrays = new(ScheduleRows.ExtraArrays);

    private static readonly RowOption<string> _buffers = new(ScheduleRows.Buffers);

    private static readonly RowOption<int?> _chips = new(ScheduleRows.Chips);

    private static readonly RowOption<int> _batch = new(ScheduleRows.Batch);

    private static readonly RowOption<string?> _trace = new(ScheduleRows.Trace);

    public static Command Create()
    {
        var command = new Command("schedule", "When every array of a chip works: copies, cores and a timeline, without data.")
        {
            _model, _hardware, _weightBits, _activationBits, _adcBits, _policy, _pipeline, _copies, _extraArrays, _buffers, _chips,
            _batch, _trace,
        };
        var import = new ImportArguments(command);
        return command.Does((parsed, context) => Run(parsed, context, import));
    }

    private static void Run(ParseResult parsed, CommandContext context, ImportArguments import)
    {
        string model = parsed.GetRequiredValue(_model);
        string? trace = parsed.GetValue(_trace);
        bool isCompiled = Path.GetExtension(model).Equals(".cim", StringComparison.OrdinalIgnoreCase);
        CommandFiles files = isCompiled ? new CommandFiles().Reads("the model", model) : new CommandFiles().ReadsModel(model);
        files.ReadsProfile(OptionTable.Hardware, parsed.GetRequiredValue(_hardware))
            .Reads(OptionTable.Policy, parsed.GetValue(_policy)).Writes(ScheduleRows.Trace, trace).Check();
        ImportOptions sizes = import.Read(parsed);
        (ScheduledNetwork network, string? plan) = isCompiled
            ? Compiled(parsed, context, model, import)
            : (Network(parsed, context, OnnxImporter.Import(model, sizes, context.Cancellation)), ScheduledPlan.Of(sizes));
        Schedule schedule = PartitionedScheduler.Run(network, Options(parsed));
        if (trace is not null) TraceFile.Write(trace, schedule);
        context.WriteResult(new ScheduleDocument(schedule, plan), CliJson.Relaxed.ScheduleDocument, text =>
        {
            ScheduleText.Print(text, schedule);
            if (plan is not null) text.WriteLine($"Of several sizes this is {plan}; {OptionTable.Dim} chooses another one.");
        });
    }

    /// <summary>A compiled model lies on arrays: another chip may surround them, but they stay as they are.</summary>
    private static (ScheduledNetwork Network, string? Plan) Compiled(
        ParseResult parsed, CommandContext context, string path, ImportArguments import)
    {
        foreach (Option option in (Option[])[_weightBits, _activationBits, _adcBits, _policy])
            UnusedOptions.Warn(parsed, context, new DependentOption(option, false, "networks that are not compiled yet"));
        CompiledModel whole = CompiledModelInspector.Read(path);
        foreach (Option option in import.OfInputs)
            UnusedOptions.Warn(parsed, context, new DependentOption(
                option, whole.Plans > 1 && option.Name == OptionTable.Dim.Flag,
                whole.Plans > 1 ? "networks that are not compiled yet" : "models of several sizes"));
        (CompiledModel model, string? plan) = ScheduledPlan.Of(whole, import.Read(parsed));
        if (parsed.GetResult(_hardware) is not { Implicit: false })
            return (CompiledNetwork.Of(model, WithChips(model.Hardware, parsed)), plan);
        HardwareProfile profile = WithChips(context.LoadHardware(parsed.GetRequiredValue(_hardware)), parsed);
        if (ResultKey.HashOf(profile) != ResultKey.HashOf(model.Hardware))
            throw OptionError.Usage(
                $"{OptionTable.Hardware.Is(profile.Name)}, but the model lies on arrays of '{model.Hardware.Name}'; compile it anew.");
        return (CompiledNetwork.Of(model, profile), plan);
    }

    /// <exception cref="Cim.Runtime.CimException">CIM0010: chips that have as many cores as it takes.</exception>
    private static HardwareProfile WithChips(HardwareProfile profile, ParseResult parsed)
    {
        if (parsed.GetValue(_chips) is not { } chips) return profile;
        return profile.Cores > 0 ? profile with { Chip = profile.Chip with { Chips = chips } }
            : throw OptionError.Usage($"{ScheduleRows.Chips.Is($"{chips}")}, but a chip of '{profile.Name}' has as many cores as a network "
                + $"needs; give it a number of cores first.");
    }

    private static ScheduledNetwork Network(ParseResult parsed, CommandContext context, Graph graph)
    {
        HardwareProfile profile = WithChips(context.LoadHardware(parsed.GetRequiredValue(_hardware)), parsed);
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
