using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Invocation;
using Cim.Cli.Options;
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
using Spectre.Console;

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

    private static readonly Option<string[]> _set = new("--set")
    {
        Description = "A field of the hardware profile to change: readNoise.sigma=0.01. Any number of times.",
    };
    private static readonly RowOption<string?> _calibration = new(OptionTable.Calibration,
        "Unlabelled samples that set converter ranges if --set changes what they are measured on; default: the first of --data.");

    public static Command Create()
    {
        var command = new Command("eval", "Measures accuracy on labelled data.") {
            _model, _data, _fidelityName, _seed, _trials, _limit, _threads, _outputCodes, _set, _calibration };
        var import = new ImportArguments(command, dumps: false);
        var data = new DataArguments(command);
        return command.Does((parsed, context) =>
        {
            string path = parsed.GetRequiredValue(_model);
            bool isCompiled = !Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase);
            if (!isCompiled && parsed.GetValue(_set) is { Length: > 0 })
                throw new CimException(ErrorCodes.WrongUsage,
                    "--set changes simulated hardware, but an .onnx file is run in float; compile it first, or use 'cim sweep'.");
            if (!isCompiled) WarnOfUnused(parsed, context, import, hardware: null);
            Evaluation evaluation = isCompiled
                ? Compiled(path, parsed, (data, import), context)
                : new Evaluation([(0, Float(path, parsed, (data.Read(parsed), import.Read(parsed)), context))], null, null);
            string fidelity = isCompiled ? parsed.GetRequiredValue(_fidelityName) : "float";
            context.WriteResult(
                new EvalDocument(fidelity, evaluation), CliJson.Relaxed.EvalDocument, text => Print(text, fidelity, evaluation));
        });
    }

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

    private static Accuracy Float(
        string path, ParseResult parsed, (Preprocessing Preprocessing, ImportOptions Import) reading, CommandContext context)
    {
        // ONNX Runtime's own message about a missing file does not say where it looked.
        InputFile.Open(path, "model").Dispose();
        // It opens whatever a model names, and would wait for a pipe.
        foreach (string weights in InputHash.ExternalFiles(path)) InputFile.Open(weights, "external weights").Dispose();
        string samples = parsed.GetRequiredValue(_data);
        using var evaluator = new FloatEvaluator(path, PlanChoice.For(path, reading.Import, [samples], reading.Preprocessing));
        DataSet data = DataSet.Open(samples, evaluator.Input.Ports, reading.Preprocessing);
        return evaluator.Evaluate(
            data, parsed.GetValue(_limit), new SampleProgress(context, data, parsed.GetValue(_limit), ""), context.Cancellation);
    }

    private static Evaluation Compiled(
        string path, ParseResult parsed, (DataArguments Data, ImportArguments Import) arguments, CommandContext context)
    {
        (CimModel model, Preprocessing preprocessing) = Load(path, parsed, arguments.Data, context);
        using CimModel owned = model;
        WarnOfUnused(parsed, context, arguments.Import, model.Compiled.Hardware);
        var evaluator = new CompiledEvaluator(model);
        DataSet data = DataSet.Open(parsed.GetRequiredValue(_data), evaluator.Input.Ports, preprocessing);
        var results = new (ulong Seed, Accuracy Accuracy)[parsed.GetValue(_trials)];
        var codes = new List<ImmutableArray<LayerOutputCodes>>();
        for (int t = 0; t < results.Length; t++)
        {
            ulong seed = unchecked(parsed.GetValue(_seed) + (ulong)t);
            var options = new RunOptions
            {
                Fidelity = FidelityOption.Read(parsed, _fidelityName),
                Seed = seed,
                MaxThreads = parsed.GetValue(_threads),
            };
            if (t > 0 && !CrossbarSimulator.IsRandom(model.Compiled.Hardware, options.Fidelity))
            {
                results[t] = (seed, results[0].Item2 with { RunSeconds = 0 }); // All chips are the same one.
                continue;
            }
            string trial = results.Length == 1 ? "" : $"trial {t + 1} of {results.Length}: ";
            results[t] = (seed, evaluator.Evaluate(data, options, parsed.GetValue(_limit),
                new SampleProgress(context, data, parsed.GetValue(_limit), trial), context.Cancellation));
            if (parsed.GetValue(_outputCodes) > 0)
                codes.Add(OutputCodes.Measure(
                    model.Compiled, evaluator.Input, data, options, parsed.GetValue(_outputCodes), context.Cancellation));
        }

        return new Evaluation(results, CorrectOperations.PerJoule(model.Compiled, results.Average(t => t.Accuracy.Fraction)),
            codes.Count > 0 ? LayerOutputCodes.Mean(codes) : null);
    }

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

    private static void Print(IAnsiConsole console, string fidelity, Evaluation evaluation)
    {
        (ulong Seed, Accuracy Accuracy)[] trials = evaluation.Trials;
        void Line(string text) => console.WriteLine(text);
        foreach ((ulong seed, Accuracy a) in trials)
            Line($"{fidelity}{(trials.Length > 1 ? $", seed {seed}" : "")}: {a.Correct} of {a.Samples} correct, {100 * a.Fraction:F2} %");
        if (trials.Length > 1)
        {
            TrialStatistics s = TrialStatistics.Of(trials.Select(t => t.Accuracy.Fraction));
            Line($"mean {100 * s.Mean:F2} %, standard deviation {100 * s.Deviation:F2}, worst {100 * s.Minimum:F2} %, 5th percentile "
                + $"{100 * s.Percentile5:F2} %");
        }
        if (evaluation.CorrectOpsPerJoule is { } perJoule) Line($"{perJoule:G4} correct operations per joule");
        foreach (LayerOutputCodes layer in evaluation.OutputCodes ?? [])
            Line($"output codes of {layer.Name} ({layer.Bits} bits): "
                + $"{100 * layer.Equal:F2} % noise-free, {100 * layer.WithinOne:F3} % within "
                + $"one; in the network {100 * layer.EqualInNetwork:F2} %, {100 * layer.WithinOneInNetwork:F3} %");
        Line($"{evaluation.ImagesPerSecond:F0} images per second");
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
