using System.CommandLine;
using System.Globalization;
using Cim.Cli.Commands.Studies;
using Cim.Cli.Invocation;
using Cim.Cli.Options;
using Cim.Cli.Studies;
using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Import;
using Cim.Compiler.Options;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Sweep;
using Cim.Runtime;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Diagnostics;
using Cim.Runtime.Hardware;
using Cim.Runtime.Model;

namespace Cim.Cli.Commands;

/// <summary><c>cim eval M.cim|M.onnx --data D</c>: accuracy on labelled data; an <c>.onnx</c> runs in float.</summary>
internal static class EvalCommand
{
    private static readonly Argument<string> _model = new("model")
    {
        Description = "A compiled model (.cim), or a network (.onnx) to be run in float.",
    };
    private static readonly Option<string> _data = new("--data") { Description = "Labelled samples.", Required = true };
    private static readonly Option<string> _fidelityName = FidelityOption.Create();
    private static readonly RowOption<ulong> _seed = new(OptionTable.Seed, "Selects the simulated chip; trial t uses seed + t.");
    private static readonly RowOption<int> _trials = new(CommandRows.Trials);
    private static readonly RowOption<int> _limit = new(OptionTable.Limit, "At most this many samples.");
    private static readonly RowOption<int> _threads = new(CommandRows.Threads);
    private static readonly RowOption<int> _outputCodes = new(CommandRows.OutputCodes);

    private static readonly RowOption<bool> _confusion = new(CommandRows.Confusion);

    private static readonly Option<string[]> _set = new("--set")
    {
        Description = "A field of the hardware profile to change: readNoise.sigma=0.01. Any number of times.",
    };
    private static readonly RowOption<string?> _calibration = new(OptionTable.Calibration,
        "Unlabelled samples that set converter ranges if --set changes what they are measured on; default: the first of --data.");

    private static readonly StudyFiles _files = new(_model, _data);

    public static Command Create()
    {
        DataArguments? data = null;
        ImportArguments? import = null;
        var command = new StudyCommand("eval", "Measures accuracy on labelled data.", _files, (parsed, context, _) =>
            IsNetwork(parsed) ? Float(parsed, context, (data!, import!)) : Compiled(parsed, context, (data!, import!)))
        {
            _model, _data, _fidelityName, _seed, _trials, _limit, _threads, _outputCodes, _confusion, _set, _calibration,
        };
        import = new ImportArguments(command, dumps: false);
        data = new DataArguments(command);
        return command;
    }

    private static bool IsNetwork(ParseResult parsed) =>
        Path.GetExtension(parsed.GetRequiredValue(_model)).Equals(".onnx", StringComparison.OrdinalIgnoreCase);

    private static void WarnOfUnused(ParseResult parsed, CommandContext context, ImportArguments import, HardwareProfile? hardware)
    {
        bool isRandom = hardware is not null && CrossbarSimulator.IsRandom(hardware, FidelityOption.Read(parsed, _fidelityName));
        string errors = hardware is null
            ? "simulated hardware, and an .onnx file is run in float"
            : "chips that differ, and nothing is random at this fidelity of this hardware (--fidelity device, with errors in the profile "
            + "or by --set)";
        foreach (Option option in import.OfInputs)
            UnusedOptions.Warn(
                parsed, context, new DependentOption(
                    option, hardware is null, "the inputs of a network, and those of a compiled model are fixed"));
        UnusedOptions.Warn(parsed, context,
            new(_fidelityName, hardware is not null, "simulated hardware, and an .onnx file is run in float; compile it first"),
            new(_threads, hardware is not null, "the simulator, and an .onnx file is run by ONNX Runtime"),
            new(_outputCodes, hardware is not null, "the simulator, and an .onnx file is run by ONNX Runtime"),
            new(_seed, isRandom, errors),
            new(_trials, isRandom, errors),
            new(_calibration, hardware is not null
                && parsed.GetValue(_set) is { Length: > 0 }, "converter ranges that --set makes to be measured anew"));
    }

    private static EvalStudy Float(ParseResult parsed, CommandContext context, (DataArguments Data, ImportArguments Import) arguments)
    {
        string path = parsed.GetRequiredValue(_model);
        if (parsed.GetValue(_set) is { Length: > 0 })
            throw new CimException(ErrorCodes.WrongUsage,
                "--set changes simulated hardware, but an .onnx file is run in float; compile it first, or use 'cim sweep'.");
        WarnOfUnused(parsed, context, arguments.Import, hardware: null);
        Preprocessing preprocessing = arguments.Data.Read(parsed);
        // ONNX Runtime's own message about a missing file does not say where it looked.
        InputFile.Open(path, "model").Dispose();
        // It opens whatever a model names, and would wait for a pipe.
        foreach (string weights in InputHash.ExternalFiles(path)) InputFile.Open(weights, "external weights").Dispose();
        string samples = parsed.GetRequiredValue(_data);
        ConfusionCounts? confusion = parsed.GetValue(_confusion) ? new ConfusionCounts() : null;
        var evaluator = new FloatEvaluator(path, PlanChoice.For(path, arguments.Import.Read(parsed), [samples], preprocessing))
        {
            Confusion = confusion,
        };
        DataSet data = DataSet.Open(samples, evaluator.Input.Ports, preprocessing);
        int limit = parsed.GetValue(_limit);
        return new EvalStudy(
            new EvalSubject("float", 0, 1, 1,
                $"{Key(parsed, InputHash.OfModel(path), preprocessing)} {arguments.Import.Key(parsed)}", null),
            (_, cancellation) => new EvalPart(ChipResult.Of(
                evaluator.Evaluate(data, limit, new SampleProgress(context, data, limit, ""), cancellation)), null, confusion?.Cells),
            context, evaluator);
    }

    private static EvalStudy Compiled(ParseResult parsed, CommandContext context, (DataArguments Data, ImportArguments Import) arguments)
    {
        string path = parsed.GetRequiredValue(_model);
        (CimModel model, Preprocessing preprocessing) = Load(path, parsed, arguments.Data, context);
        WarnOfUnused(parsed, context, arguments.Import, model.Compiled.Hardware);
        DataSet data = DataSet.Open(parsed.GetRequiredValue(_data), new CompiledEvaluator(model).Input.Ports, preprocessing);
        Fidelity fidelity = FidelityOption.Read(parsed, _fidelityName);
        int trials = parsed.GetValue(_trials), limit = parsed.GetValue(_limit), codes = parsed.GetValue(_outputCodes);
        int chips = CrossbarSimulator.IsRandom(model.Compiled.Hardware, fidelity) ? trials : 1;
        ulong seed = parsed.GetValue(_seed);
        string key = string.Create(CultureInfo.InvariantCulture, $"{Key(parsed, FileHash.Of(path), preprocessing)} {codes} ")
            + ResultKey.HashOf(model.Compiled.Hardware);
        return new EvalStudy(new EvalSubject(parsed.GetRequiredValue(_fidelityName), seed, trials, chips, key, model.Compiled),
            (trial, cancellation) =>
            {
                var run = new RunOptions
                {
                    Fidelity = fidelity,
                    Seed = unchecked(seed + (ulong)trial),
                    MaxThreads = parsed.GetValue(_threads),
                };
                string prefix = chips == 1 ? "" : $"trial {trial + 1} of {chips}: ";
                var evaluator = new CompiledEvaluator(model)
                {
                    Confusion = parsed.GetValue(_confusion) ? new ConfusionCounts() : null,
                };
                Accuracy accuracy = evaluator.Evaluate(data, run, limit, new SampleProgress(context, data, limit, prefix), cancellation);
                return new EvalPart(ChipResult.Of(accuracy), codes > 0
                    ? [.. OutputCodes.Measure(model.Compiled, evaluator.Input, data, run, codes, cancellation)]
                    : null, evaluator.Confusion?.Cells);
            }, context, model);
    }

    private static string Key(ParseResult parsed, string model, Preprocessing preprocessing) => string.Create(CultureInfo.InvariantCulture,
        $"{model} {InputHash.OfData(parsed.GetRequiredValue(_data))} {preprocessing} {parsed.GetValue(_limit)}")
        + (parsed.GetValue(_confusion) ? " confusion" : "");

    private static (
        CimModel Model, Preprocessing Preprocessing) Load(string path, ParseResult parsed, DataArguments arguments, CommandContext context)
    {
        using CimModel model = CimModel.Load(path);
        SdkCompatibility.Check(model.Info, path);
        Preprocessing preprocessing = arguments.Read(parsed, model.Info, path, context);
        CompiledModel compiled = PlanChoice.For(model.Compiled, parsed.GetRequiredValue(_data), preprocessing);
        ProfileSetting[] settings = [.. (parsed.GetValue(_set) ?? []).Select(s => ProfileSetting.Parse(s, "--set"))];
        if (settings.Length == 0) return (new CimModel(compiled), preprocessing);
        GraphInput input = new CompiledEvaluator(new CimModel(compiled)).Input;
        string calibration = parsed.GetValue(_calibration) ?? parsed.GetRequiredValue(_data);
        var variants = new HardwareVariants(compiled, input,
            () =>
                CalibrationData.From(
                DataSet.Open(calibration, input.Ports, preprocessing), CalibrationData.DefaultSamples, context.Cancellation));
        return (new CimModel(variants.On(ProfileSetting.Apply(compiled.Hardware, settings), context.Cancellation)), preprocessing);
    }

    /// <summary>A line on standard error every ten percent.</summary>
    private sealed class SampleProgress(CommandContext context, DataSet data, int limit, string prefix) : IProgress<int>
    {
        private readonly int _total = limit > 0 ? Math.Min(limit, data.Count) : data.Count;
        private int _tenths;

        public void Report(int value)
        {
            int tenths = (int)(10L * value / _total);
            if (tenths == _tenths) return;
            _tenths = tenths;
            context.Report($"{prefix}{value} of {_total} samples");
        }
    }
}
