using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Cim.Compiler.Calibration;
using Cim.Compiler.Evaluation;
using Cim.Compiler.FineTuning;
using Cim.Compiler.Locking;
using Cim.Compiler.Merging;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Quantization;
using Cim.Compiler.Search;
using Cim.Compiler.Variation;
using Cim.Runtime;
using Cim.Training.Data;
using Spectre.Console;

namespace Cim.Cli.Commands;

/// <summary><c>cim compile M.onnx -o M.cim</c>: everything from an ONNX network to a compiled model with a report.</summary>
internal static class CompileCommand
{
    private static readonly Argument<string> Model = new("model") { Description = "The network (.onnx)." };
    private static readonly Option<string?> Output = new("--output", "-o")
    {
        Description = "The compiled model (.cim). Without it only figures are printed.",
    };
    private static readonly Option<string> Hardware = new("--hardware")
    {
        Description = "A built-in hardware profile or a *.cimhw.json file.",
        DefaultValueFactory = _ => "isaac",
    };
    private static readonly Option<string?> Calibration = new("--calibration")
    {
        Description = "Unlabelled samples: .npz, .npy, IDX or CIFAR-10 binary.",
    };
    private static readonly Option<string?> Evaluation = new("--evaluation")
    {
        Description = "Labelled samples: .npz with x and y, IDX with its labels beside it, or CIFAR-10 binary.",
    };
    private static readonly Option<string?> Training = new("--training")
    {
        Description = "Samples, with labels or without, the quantized network is trained on: the same formats.",
    };
    private static readonly Option<int?> Epochs = new("--epochs")
    {
        Description = $"Passes over the training samples; {FineTuningOptions.DefaultEpochs} if not given.",
    };
    private static readonly Option<string?> Validation = new("--validation")
    {
        Description = "Samples that judge the training and choose the epoch that is kept; a tenth of the training samples if not given.",
    };
    private static readonly Option<int> TrainingShift = new("--training-shift")
    {
        Description = "Training images are shifted by up to so many pixels along each axis.",
    };
    private static readonly Option<double?> LearningRate = new("--learning-rate")
    {
        Description = string.Create(
            CultureInfo.InvariantCulture, $"Learning rate of the training; {FineTuningOptions.DefaultLearningRate} if not given. "
            + $"Deep networks that lose little without training want less, 0.001 for example."),
    };
    private static readonly Option<bool> TrainingFlip = new("--training-flip")
    {
        Description = "Half of the training images are mirrored left to right.",
    };
    private static readonly Option<string?> TrainingCheckpoint = new("--training-checkpoint")
    {
        Description = "Keeps a training that is stopped, for the next time; beside the output if not given.",
    };
    private static readonly Option<string> Search = new("--search")
    {
        Description = "How precisions are chosen: uniform (the same bits everywhere), rl, exact, evolutionary or random.",
        DefaultValueFactory = _ => "uniform",
    };
    private static readonly Option<int> WeightBits = new("--weight-bits")
    {
        Description = "Bits of the weights, 1 to 8: 2 is ternary, 1 binary.",
        DefaultValueFactory = _ => 8,
    };
    private static readonly Option<int> ActivationBits = new("--activation-bits")
    {
        Description = "Bits of the input of every layer, 2 to 8.",
        DefaultValueFactory = _ => 8,
    };
    private static readonly Option<int> AdcBits = new("--adc-bits")
    {
        Description = "Bits of every conversion, 1 to 16; 0 = the profile's. A search chooses them by layer.",
    };
    private static readonly Option<long> CopiesWithin = new("--copies-within")
    {
        Description = "Copies of slow layers fill up to this many arrays; 0 = no copies.",
    };
    private static readonly Option<bool> SearchBinary = new("--search-binary")
    {
        Description = "A search may make weights binary (1 bit) where the cells make that cheaper than ternary (2 bits).",
    };
    private static readonly Option<bool> KeepEnds = new("--keep-ends")
    {
        Description = "A search leaves the first and the last layer at 8 bits.",
    };
    private static readonly Option<string?> Strips = new("--strips")
    {
        Description = "Give strips (a column on a row tile) widths by sensitivity: the share of the cells of 8-bit weights to save, 0 to "
            + "1, or auto = as much as --max-accuracy-loss allows.",
    };
    private static readonly Option<string?> StripWidths = new("--strip-widths")
    {
        Description = "Widths strips may have, for example 8,4,2,0; default: all that take different numbers of cells, and 0 (pruned).",
    };
    private static readonly Option<string> StripUnit = new("--strip-unit")
    {
        Description = "What has one width together: strip, column or layer.",
        DefaultValueFactory = _ => "strip",
    };
    private static readonly Option<string?> Merge = new("--merge")
    {
        Description = "Let strips share columns: the share of the cells to save, from 0 (only equal columns, which changes no result) to "
            + "1, or auto = as much as --max-accuracy-loss allows.",
    };
    private static readonly Option<string> MergeMethod = new("--merge-method")
    {
        Description = "What shares columns: group (strips, by k-means), spectral (their positive and negative parts, by spectral "
            + "clustering), or auto (spectral up to 4 bits).",
        DefaultValueFactory = _ => "auto",
    };
    private static readonly Option<double?> MaxLoss = new("--max-accuracy-loss")
    {
        Description = "Fail if the compiled network loses more percentage points than this.",
    };
    private static readonly Option<string> Objective = new("--objective")
    {
        Description = "What a search minimises: latency, energy, arrays or energy-delay.",
        DefaultValueFactory = _ => "latency",
    };
    private static readonly Option<int> Evaluations = new("--search-evaluations")
    {
        Description = "Policies a search may measure.",
        DefaultValueFactory = _ => 60,
    };
    private static readonly Option<double?> Minutes = new("--budget-minutes")
    {
        Description = "Minutes a search may take; then its best policy so far is used.",
    };
    private static readonly Option<int> SearchSamples = new("--search-samples")
    {
        Description = "Calibration samples a search takes, at most: a third fits quantizers, the rest judges.",
        DefaultValueFactory = _ => SearchData.MaxSamples,
    };
    private static readonly Option<int> SearchTraining = new("--search-training-samples")
    {
        Description = "Training samples a candidate of a search learns from in its short training, at most.",
        DefaultValueFactory = _ => ShortTraining.DefaultSamples,
    };
    private static readonly Option<string?> PolicyOutput = new("--policy-output")
    {
        Description = "Keep the best policy of a search in this file while it runs; --policy reads it.",
    };
    private static readonly Option<string?> TrialLog = new("--trial-log")
    {
        Description = "What a search measured, so that one that was stopped continues; <output>.trials.json unless given.",
    };
    private static readonly Option<long?> MaxArrays = new("--max-arrays") { Description = "Arrays a searched policy may take." };
    private static readonly Option<bool> VariationAware = new("--variation-aware")
    {
        Description = "Narrow precisions until the hardware's variation falls into output bits that are thrown away, and place weights on "
            + "the cells where it does least.",
    };
    private static readonly Option<double> VariationConfidence = new("--variation-confidence")
    {
        Description = "Probability that variation moves a kept output by less than half of its last bit.",
        DefaultValueFactory = _ => VariationOptions.DefaultConfidence,
    };
    private static readonly Option<string?> Fidelity = new("--fidelity")
    {
        Description = "What the result is used at, and its accuracy judged at: exact, adc, device or circuit; if not given exact, or adc "
            + "where converters change sums.",
    };
    private static readonly Option<ulong> Seed = new("--seed") { Description = "Seed of everything random." };
    private static readonly Option<string?> Report = new("--report")
    {
        Description = "Write report.json and report.html into this folder.",
    };
    private static readonly Option<string?> Lock = new("--lock")
    {
        Description = "The lock file: made if missing; if there, its inputs must be those of this compilation, and its policy is used.",
    };
    private static readonly Option<bool> Force = new("--force-evaluate")
    {
        Description = "Compile anew and write the lock file anew, whatever it says.",
    };
    private static readonly Option<bool> RefreshLock = new("--refresh-lock")
    {
        Description = "Choose precisions anew, with a warning, where the lock file was made from other inputs.",
    };
    private static readonly Option<bool> Locked = new("--locked")
    {
        Description = "The lock file must be there and fit, and is not written.",
    };
    private static readonly Option<double> LockLimit = new("--lock-limit")
    {
        Description = "The lock file holds the quantized network, and so gives the same result on any processor, if it takes at most so "
            + "many MB compressed, else its hash alone; 0 = always the hash alone.",
        DefaultValueFactory = _ => PinnedNetwork.DefaultLimit,
    };
    private static readonly Option<bool> LockOnly = new("--lock-only")
    {
        Description = "Choose precisions, write the lock file, and stop: nothing is compiled.",
    };
    private static readonly Option<string?> Dependencies = new("--dependencies")
    {
        Description = "Write every file that was read into this file, each with its SHA-256, as sha256sum does.",
    };
    private static readonly Option<string?> Policy = new("--policy")
    {
        Description = "Precisions by layer, as this command prints under 'policy' with --json.",
    };
    private static readonly Option<string?> ExportQdq = new("--export-qdq")
    {
        Description = "Write the quantized network as a standard ONNX model with QuantizeLinear/DequantizeLinear.",
    };
    private static readonly Option<string> Range = new("--calibration-method")
    {
        Description = "How activation ranges are chosen: mse, minmax, percentile or entropy.",
        DefaultValueFactory = _ => "mse",
    };
    private static readonly Option<string> Rounding = new("--rounding")
    {
        Description = "How weights become integers: compensated (the error of one is made up for by others), nearest, learned (blocks of "
            + "layers, by gradients; slower), or auto (equalized, compensated and learned: what comes nearest to the float network).",
        DefaultValueFactory = _ => RoundingMethods.Auto,
    };
    private static readonly Option<int> Samples = new("--calibration-samples")
    {
        Description = "At most this many calibration samples, spread over the file.",
        DefaultValueFactory = _ => CalibrationData.DefaultSamples,
    };
    private static readonly Option<int> Limit = new("--limit") { Description = "At most this many evaluation samples; 0 = all." };

    public static Command Create()
    {
        Range.AcceptOnlyFromAmong("mse", "minmax", "percentile", "entropy");
        Fidelity.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, [.. FidelityOption.Names]);
        Rounding.AcceptOnlyFromAmong([.. RoundingMethods.All]);
        var command = new Command("compile", "Compiles a network for crossbars.")
        {
            Model, Output, Hardware, Calibration, Evaluation, Training, Validation, TrainingShift, TrainingFlip, Epochs, LearningRate,
                TrainingCheckpoint, Search, WeightBits, ActivationBits, AdcBits, CopiesWithin, KeepEnds, SearchBinary, Strips, StripWidths,
                StripUnit, Merge, MergeMethod, MaxLoss, Objective, Evaluations, Minutes, SearchSamples, SearchTraining, PolicyOutput,
                TrialLog, MaxArrays, VariationAware, VariationConfidence, Fidelity, Seed, Report, Lock, Force, RefreshLock, Locked,
                LockLimit, LockOnly, Dependencies, Policy, ExportQdq, Range, Rounding, Samples, Limit,
        };
        var data = new DataArguments(command);
        var import = new ImportArguments(command);
        return command.Does((parsed, context) =>
        {
            CompileOptions options = Read(parsed, data, import);
            CompileFiles.Of(options).Writes("--dependencies", parsed.GetValue(Dependencies)).Check();
            context.LeaveOutputTo(options.OutputPath);
            if (parsed.GetValue(LockOnly))
            {
                QuantizationPolicy chosen = CompilePipeline.Lock(
                    options, context.Progress, w => context.Warn(w.Code, w.Message, w.File), context.Cancellation);
                context.WriteResult(json => chosen.WriteTo(json), text => text.WriteLine($"locked     {options.LockPath}"));
                return;
            }

            CompileDependencies? before = parsed.GetValue(Dependencies) is null ? null : CompileDependencies.Of(options);
            WarnOfUnused(parsed, context, options);
            CompileResult result = CompilePipeline.Compile(
                options, context.Progress, w => context.Warn(w.Code, w.Message, w.File), context.Cancellation);
            before?.ComparedWith(CompileDependencies.Of(options), options).Write(parsed.GetValue(Dependencies)!);
            context.WriteResult(json => Write(json, result), text => Print(text, options, result));
        });
    }

    private static void WarnOfUnused(ParseResult parsed, CommandContext context, CompileOptions o)
    {
        const string ASearch = "a search (--search rl, exact, evolutionary or random)";
        bool searches = o.Searches,
            judges = searches || o.Strips is { Compression: null } || o.Merge is { Share: null },
            trains = o.Training is not null;
        UnusedOptions.Warn(parsed, context,
            new(Search, o.Search == "uniform" || searches, "choosing precisions, and those of --policy are used"),
            new(Objective, searches, ASearch),
            new(Evaluations, searches, ASearch),
            new(Minutes, searches, ASearch),
            new(KeepEnds, searches, ASearch),
            new(SearchBinary, searches, ASearch),
            new(PolicyOutput, searches, ASearch),
            new(SearchSamples, judges, ASearch + ", --strips auto or --merge auto"),
            new(SearchTraining, searches && trains, "a search with --training"),
            new(WeightBits, !searches, "the same bits everywhere, and a search chooses them by layer (--search uniform keeps yours)"),
            new(ActivationBits, !searches, "the same bits everywhere, and a search chooses them by layer (--search uniform keeps yours)"),
            new(AdcBits, !searches, "the same bits everywhere, and a search chooses them by layer (adcBits of the hardware is the most it "
                + "may choose)"),
            new(StripWidths, o.Strips is not null, "strips (--strips)"),
            new(StripUnit, o.Strips is not null, "strips (--strips)"),
            new(MergeMethod, o.Merge is not null, "shared columns (--merge)"),
            new(VariationConfidence, o.VariationAware, "--variation-aware"),
            new(Force, o.LockPath is not null, "a lock file (--lock)"),
            new(RefreshLock, o.LockPath is not null, "a lock file (--lock)"),
            new(Limit, o.Evaluation is not null, "evaluation samples (--evaluation)"),
            new(Samples, o.Calibration is not null || trains, "calibration samples (--calibration)"));
    }

    private static CompileOptions Read(ParseResult parsed, DataArguments data, ImportArguments import) => new()
    {
        ModelPath = parsed.GetRequiredValue(Model),
        OutputPath = parsed.GetValue(Output),
        Hardware = parsed.GetRequiredValue(Hardware),
        Calibration = parsed.GetValue(Calibration),
        Evaluation = parsed.GetValue(Evaluation),
        Training = parsed.GetValue(Training),
        Validation = parsed.GetValue(Validation),
        Augmentation = new Augmentation { Shift = parsed.GetValue(TrainingShift), Flip = parsed.GetValue(TrainingFlip) },
        Epochs = parsed.GetValue(Epochs),
        LearningRate = parsed.GetValue(LearningRate),
        TrainingCheckpoint = parsed.GetValue(Training) is null ? null
            : parsed.GetValue(TrainingCheckpoint) ?? (parsed.GetValue(Output) is { } output ? output + ".training" : null),
        Preprocessing = data.Read(parsed),
        Search = parsed.GetRequiredValue(Search),
        WeightBits = parsed.GetValue(WeightBits),
        ActivationBits = parsed.GetValue(ActivationBits),
        AdcBits = parsed.GetValue(AdcBits),
        CopiesWithin = parsed.GetValue(CopiesWithin),
        KeepEnds = parsed.GetValue(KeepEnds),
        SearchBinary = parsed.GetValue(SearchBinary),
        Strips = StripOptions.Parse(parsed.GetValue(Strips), parsed.GetValue(StripWidths), parsed.GetRequiredValue(StripUnit)),
        Merge = MergeOptions.Parse(parsed.GetValue(Merge), parsed.GetRequiredValue(MergeMethod)),
        MaxAccuracyLoss = parsed.GetValue(MaxLoss),
        Objective = parsed.GetRequiredValue(Objective),
        SearchEvaluations = parsed.GetValue(Evaluations),
        SearchMinutes = parsed.GetValue(Minutes),
        SearchSamples = parsed.GetValue(SearchSamples),
        SearchTrainingSamples = parsed.GetValue(SearchTraining),
        PolicyOutputPath = parsed.GetValue(PolicyOutput),
        TrialLogPath = parsed.GetValue(TrialLog),
        MaxArrays = parsed.GetValue(MaxArrays),
        VariationAware = parsed.GetValue(VariationAware),
        VariationConfidence = parsed.GetValue(VariationConfidence),
        Fidelity = parsed.GetValue(Fidelity) is { } fidelity ? FidelityOption.Parse(fidelity) : null,
        Seed = parsed.GetValue(Seed),
        ReportDirectory = parsed.GetValue(Report),
        LockPath = parsed.GetValue(Lock),
        ForceEvaluate = parsed.GetValue(Force),
        RefreshLock = parsed.GetValue(RefreshLock),
        Locked = parsed.GetValue(Locked),
        LockLimit = parsed.GetValue(LockLimit),
        PolicyPath = parsed.GetValue(Policy),
        ExportQdqPath = parsed.GetValue(ExportQdq),
        Range = parsed.GetValue(Range) switch
        {
            "minmax" => RangeMethod.MinMax,
            "percentile" => RangeMethod.Percentile,
            "entropy" => RangeMethod.Entropy,
            _ => RangeMethod.MeanSquaredError,
        },
        Rounding = parsed.GetRequiredValue(Rounding),
        CalibrationSamples = parsed.GetValue(Samples),
        EvaluationLimit = parsed.GetValue(Limit),
        Import = import.Read(parsed),
    };

    private static void Write(Utf8JsonWriter json, CompileResult result)
    {
        WriteAccuracy(json, "accuracyFloat", result.AccuracyFloat);
        WriteAccuracy(json, "accuracyCompiled", result.AccuracyCompiled);
        WriteAccuracy(json, "accuracyExact", result.AccuracyExact);
        WriteAccuracy(json, "accuracyAdc", result.AccuracyAdc);
        json.WriteString("fidelity", FidelityOption.Name(result.Fidelity));
        if (result.Accuracy is { } measured) json.WriteFinite("lossPoints", measured.LossPoints);
        if (result.Agreement is { } agreement) WriteAgreement(json, agreement);
        if (result.AccuracyCompiled is { } compiled) json.WriteNumber("samples", compiled.Samples);
        Write(json, "cost", result.Cost);
        Write(json, "baseline", result.Baseline);
        result.Policy.WriteTo(json);
        if (result.Report.Merged is { } merged)
        {
            json.WriteStartObject("merged");
            json.WriteNumber("cells", merged.Cells);
            json.WriteNumber("cellsOwn", merged.CellsOwn);
            json.WriteEndObject();
        }

        if (result.Search is { } search) SearchOutput.Write(json, search);
        VariationOutput.Write(json, result.Alignment);
        json.WriteString("worstLayer", result.Report.WorstLayer);
        json.WriteStartArray("warnings");
        foreach (CompileWarning warning in result.Warnings)
        {
            json.WriteStartObject();
            json.WriteString("code", warning.Code);
            json.WriteString("message", warning.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("rounding", result.Rounding);
        json.WriteFinite("seconds", result.Seconds);
    }

    private static void WriteAgreement(Utf8JsonWriter json, Agreement agreement)
    {
        json.WriteStartObject("agreement");
        json.WriteNumber("samples", agreement.Samples);
        json.WriteFinite("cosine", agreement.Cosine);
        json.WriteFinite("relativeL2", agreement.RelativeL2);
        if (agreement.Top is { } top) json.WriteFinite("topAgreement", top);
        else json.WriteNull("topAgreement");
        json.WriteEndObject();
    }

    private static void WriteAccuracy(Utf8JsonWriter json, string name, Accuracy? accuracy)
    {
        if (accuracy is null) json.WriteNull(name);
        else json.WriteFinite(name, accuracy.Fraction);
    }

    private static void Write(Utf8JsonWriter json, string name, Cost cost)
    {
        json.WriteStartObject(name);
        json.WriteFinite("latencyNs", cost.LatencyNs);
        json.WriteFinite("energyPj", cost.EnergyPj);
        json.WriteFinite("areaUm2", cost.AreaUm2);
        json.WriteNumber("arrays", cost.Arrays);
        json.WriteNumber("cells", cost.Cells);
        json.WriteEndObject();
    }

    private static void Print(IAnsiConsole console, CompileOptions options, CompileResult result)
    {
        void Line(string text) => console.WriteLine(text);
        if (result.Accuracy is { } measured)
        {
            Accuracy compiled = measured.Judged, exact = measured.Exact, adc = measured.Adc;
            string at = result.Fidelity == Cim.Runtime.Fidelity.Exact ? "" : $" at {FidelityOption.Name(result.Fidelity)}";
            Line($"accuracy   {100 * compiled.Fraction:F2} % compiled{at} ({compiled.Correct}/{compiled.Samples}), "
                + $"{100 * measured.Float.Fraction:F2} % float");
            if (result.Fidelity > Cim.Runtime.Fidelity.Exact)
                Line($"           {100 * exact.Fraction:F2} % exact ({exact.Correct}/{exact.Samples})");
            if (result.Fidelity != Cim.Runtime.Fidelity.Adc)
                Line($"           {100 * adc.Fraction:F2} % through converters ({adc.Correct}/{adc.Samples})");
        }
        else if (result.Agreement is { } agreement)
        {
            string top = agreement.Top is { } share
                ? string.Create(CultureInfo.InvariantCulture, $", the same class in {100 * share:F1} %")
                : "";
            Line($"agreement  with the float network at {FidelityOption.Name(result.Fidelity)}: cosine {agreement.Cosine:F4}, relative "
                + $"error {agreement.RelativeL2:F4}{top} of {agreement.Samples} samples");
        }

        Line($"cost       {result.Cost}");
        Line($"8 bits     {result.Baseline}");
        if (result.Report.Merged is { } merged)
            Line($"merged     {100 * merged.Saved:F1} % of the cells saved: {merged.Cells} of {merged.CellsOwn}");
        if (result.Search is { } search) SearchOutput.Print(console, search);
        foreach (LayerAlignment layer in result.Alignment)
            Line($"variation  {layer.Name}: "
                + $"{(layer.Columns is { } columns ? $"columns {columns}" : $"{layer.WeightBits}-bit weights on [{string.Join(' ', layer.Layout.SliceBits)}]")}, {100 * (1 - layer.Errors.Wrong):F1} % of {(layer.OutputBits is { } bits ? $"its {bits}-bit words" : "its results")} right, {100 * (1 - layer.Errors.BeyondOne):F3} % within one{(layer.IsAligned ? "" : ", NOT aligned")}");
        foreach (IGrouping<(int W, int A, int Adc), LayerPolicy> group in result.Policy.Layers.GroupBy(
            l => (l.WeightBits, l.ActivationBits, l.AdcBits)))
            Line($"precision  {group.Count()} layers with {group.Key.W}-bit weights, {group.Key.A}-bit activations and "
                + $"{(group.Key.Adc == 0 ? "ideal" : $"{group.Key.Adc}-bit")} conversions");
        if (result.Report.WorstLayer is { } worst) Line($"error      largest in layer '{worst}'");
        if (options.OutputPath is { } output) Line($"written    {output}");
        if (options.ReportDirectory is { } report) Line($"report     {Path.Combine(report, "report.html")}");
        Line($"time       {result.Seconds:F1} s");
    }
}
