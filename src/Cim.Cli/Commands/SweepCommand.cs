using System.Collections.Immutable;
using System.CommandLine;
using Cim.Cli.Commands.Studies;
using Cim.Cli.Invocation;
using Cim.Cli.Options;
using Cim.Cli.Studies;
using Cim.Compiler;
using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Options;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Sweep;
using Cim.Runtime;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Model;

namespace Cim.Cli.Commands;

/// <summary><c>cim sweep M --data D --vary FIELD=VALUES</c>: accuracy over one or two figures of the hardware, as text, JSON, CSV and
/// SVG.</summary>
internal static class SweepCommand
{
    private static readonly Argument<string> _model = new("model")
    {
        Description = "A compiled model (.cim), or a network (.onnx), which is compiled first.",
    };
    private static readonly Option<string> _data = new("--data") { Description = "Labelled samples.", Required = true };
    private static readonly Option<string[]> _vary = new("--vary")
    {
        Description = "A field of the hardware profile and the values it takes: adcBits=4..8, programmingError.sigma=0,0.01,0.05, or "
            + "FIELD=FIRST..LAST:STEP. Once for a curve, twice for a grid.",
        Required = true,
    };
    private static readonly Option<string[]> _set = new("--set")
    {
        Description = "Sets a field of the hardware profile at every point, for example readNoise.sigma=0.01. May be repeated.",
    };
    private static readonly Option<string> _fidelityName = FidelityOption.Create(Fidelity.Device);
    private static readonly RowOption<int> _trials = new(CommandRows.Trials, "Simulates this many chips at every point.");
    private static readonly RowOption<ulong> _seed =
        new(OptionTable.Seed, "Seed of the first chip; chip t has seed + t, at every point alike.");
    private static readonly RowOption<int> _limit = new(OptionTable.Limit, "Evaluates at most this many samples.");
    private static readonly RowOption<int> _threads = new(CommandRows.Threads);
    private static readonly RowOption<string?> _hardware = new(OptionTable.Hardware with { Default = null },
        "The profile the sweep starts from. Default: that of the compiled model; isaac for a network.");
    private static readonly RowOption<string?> _calibration = new(OptionTable.Calibration,
        "Unlabelled samples that set converter ranges, and with which a network is compiled. Default: the first of --data.");
    private static readonly RowOption<int> _weightBits = new(OptionTable.WeightBits, "Weight bits of a network that is compiled first.");
    private static readonly RowOption<int> _activationBits =
        new(OptionTable.ActivationBits, "Activation bits of a network that is compiled first.");
    private static readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "Writes sweep.csv, sweep.json and sweep.svg into this folder.",
    };
    private static readonly Option<string?> _csv = new("--csv") { Description = "Writes the points into this file as CSV." };
    private static readonly Option<string?> _svg = new("--svg")
    {
        Description = "Draws the points into this file as SVG: a line plot for one parameter, a heat map for two.",
    };

    private static readonly StudyFiles _files = new(_model, _data, _output, _csv, _svg);

    public static Command Create()
    {
        DataArguments? data = null;
        ImportArguments? import = null;
        var command = new StudyCommand("sweep", "Measures accuracy over one or two parameters of the hardware.", _files,
            (parsed, context, store) => Study(parsed, context, store, data!, import!))
        {
            _model, _data, _vary, _set, _fidelityName, _trials, _seed, _limit, _threads, _hardware, _calibration, _weightBits,
                _activationBits, _output,
                _csv, _svg,
        };
        data = new DataArguments(command);
        import = new ImportArguments(command);
        return command;
    }

    private static SweepStudy Study(
        ParseResult parsed, CommandContext context, StudyStore? store, DataArguments arguments, ImportArguments import)
    {
        string path = parsed.GetRequiredValue(_model);
        new CommandFiles().ReadsModel(path).ReadsProfile("--hardware", parsed.GetValue(_hardware))
            .ReadsData("--data", parsed.GetValue(_data))
            .ReadsData("--calibration", parsed.GetValue(_calibration)).Writes("--csv", parsed.GetValue(_csv))
                .Writes("--svg", parsed.GetValue(_svg))
            .WritesInto("--output", parsed.GetValue(_output), "sweep.csv", "sweep.svg", "sweep.json").Check();
        ImmutableArray<SweepAxis> axes = [.. parsed.GetRequiredValue(_vary).Select(SweepAxis.Parse)];
        ProfileSetting[] settings = [.. (parsed.GetValue(_set) ?? []).Select(s => ProfileSetting.Parse(s, "--set"))];
        bool isNetwork = Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase);
        CompiledModel? loaded = isNetwork ? null : Load(path);
        Preprocessing preprocessing = loaded is null ? arguments.Read(parsed) : arguments.Read(parsed, loaded.Info, path, context);
        HardwareProfile hardware = parsed.GetValue(_hardware) is { } name ? context.LoadHardware(name)
            : loaded?.Hardware ?? HardwareProfiles.BuiltIn("isaac");
        // Impossible points are errors before a network is compiled.
        SweepPlan plan = SweepPlan.Of(hardware, settings, axes);
        if (plan.ImpliesErrorModel)
            context.Warn(ErrorCodes.AssumedErrorModel,
                $"The profile '{hardware.Name}' has no programming error model; 'independent' (sigma is a fraction of gOn) is assumed. "
                + $"Choose one with --set programmingError.model=NAME.");
        CompileOptions network = Network(parsed, preprocessing, import);
        CompiledModel compiled = PlanChoice.For(
            loaded ?? Compiled(network, context, store), parsed.GetRequiredValue(_data), preprocessing);

        GraphInput input;
        using (var model = new CimModel(compiled)) input = new CompiledEvaluator(model).Input;
        DataSet samples = DataSet.Open(parsed.GetRequiredValue(_data), input.Ports, preprocessing);
        string calibration = parsed.GetValue(_calibration) ?? parsed.GetRequiredValue(_data);
        Fidelity fidelity = FidelityOption.Read(parsed, _fidelityName);
        bool isRandom = plan.Points.Any(p => CrossbarSimulator.IsRandom(p.Hardware, fidelity));
        UnusedOptions.Warn(parsed, context,
            new(_trials, isRandom, "chips that differ, and nothing is random at this fidelity of this hardware"),
            new(_seed, isRandom, "chips that differ, and nothing is random at this fidelity of this hardware"),
            new(_weightBits, isNetwork, "a network (.onnx) that is compiled first"),
            new(_activationBits, isNetwork, "a network (.onnx) that is compiled first"));
        var options = new SweepOptions(fidelity, parsed.GetValue(_trials), parsed.GetValue(_seed), parsed.GetValue(_limit),
            parsed.GetValue(_threads));
        var runner = new SweepRunner(compiled, plan, samples,
            () =>
                CalibrationData.From(
                DataSet.Open(calibration, input.Ports, preprocessing), CalibrationData.DefaultSamples, context.Cancellation),
            options);
        var subject = new SweepSubject(Path.GetFileName(path), hardware.Name, settings, parsed.GetRequiredValue(_fidelityName))
        {
            AccuracyFloat = compiled.Info.AccuracyFloat,
        };
        var files = new SweepFiles(parsed.GetValue(_output), parsed.GetValue(_csv), parsed.GetValue(_svg));
        string inputs = string.Join(' ', isNetwork ? KeyOf(network) : InputHash.OfModel(path), InputHash.OfData(samples.Path),
            InputHash.OfData(calibration), preprocessing);
        return new SweepStudy(runner, plan, options, subject, new SweepInputs(inputs), files, context);
    }

    private static CompiledModel Load(string path)
    {
        using CimModel model = CimModel.Load(path);
        SdkCompatibility.Check(model.Info, path);
        return model.Compiled;
    }

    private static CompileOptions Network(ParseResult parsed, Preprocessing preprocessing, ImportArguments import) => new()
    {
        ModelPath = parsed.GetRequiredValue(_model),
        Hardware = parsed.GetValue(_hardware) ?? "isaac",
        Calibration = parsed.GetValue(_calibration) ?? parsed.GetRequiredValue(_data),
        Preprocessing = preprocessing,
        WeightBits = parsed.GetValue(_weightBits),
        ActivationBits = parsed.GetValue(_activationBits),
        Import = import.Read(parsed),
    };

    private static string KeyOf(CompileOptions network) => ResultKey.Hash(string.Join(' ',
        ResultKey.OfLock(network, HardwareProfiles.Load(network.Hardware)).Select(i => $"{i.Key}={i.Value}")));

    /// <summary>The network compiled, once for all units of a study.</summary>
    private static CompiledModel Compiled(CompileOptions network, CommandContext context, StudyStore? store)
    {
        string? path = store?.ModelFile(KeyOf(network));
        if (path is not null && File.Exists(path)) return Load(path);
        return CompilePipeline.Compile(network with { OutputPath = path }, context.Progress,
            w => context.Warn(w.Code, w.Message, w.File), context.Cancellation).Model;
    }
}
