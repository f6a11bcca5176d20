using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Cim.Compiler.Calibration;
using Cim.Compiler.ColumnSharing;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Locking;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.QuantizationAware;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Strips;
using Cim.Compiler.Variation;
using Cim.Runtime;
using Cim.Training.Data;
using Spectre.Console;

namespace Cim.Cli.Commands;

/// <summary><c>cim compile M.onnx -o M.cim</c>: everything from an ONNX network to a compiled model with a report.</summary>
internal static class CompileCommand
{
    private static readonly Argument<string> _model = new("model") { Description = "The network (.onnx)." };
    private static readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "The compiled model (.cim). Without it only figures are printed.",
    };
    private static readonly Option<string> _hardware = new("--hardware")
    {
        Description = "A built-in hardware profile or a *.cimhw.json file.",
        DefaultValueFactory = _ => "isaac",
    };
    private static readonly Option<string?> _calibration = new("--calibration")
    {
        Description = "Unlabelled samples: .npz, .npy, IDX or CIFAR-10 binary.",
    };
    private static readonly Option<string?> _evaluation = new("--evaluation")
    {
        Description = "Labelled samples: .npz with x and y, IDX with its labels beside it, or CIFAR-10 binary.",
    };
    private static readonly Option<string?> _labels = new("--labels")
    {
        Description = "The names of the classes, which the compiled model then holds: a text file, one a line in the order of the scores.",
    };
    private static readonly Option<string?> _training = new("--training")
    {
        Description = "Samples, with labels or without, the quantized network is trained on: the same formats.",
    };
    private static readonly Option<int?> _epochs = new("--epochs")
    {
        Description = $"Passes over the training samples; {FineTuningOptions.DefaultEpochs} if not given.",
    };
    private static readonly Option<string?> _validation = new("--validation")
    {
        Description = "Samples that judge the training and choose the epoch that is kept; a tenth of the training samples if not given.",
    };
    private static readonly Option<int> _trainingShift = new("--training-shift")
    {
        Description = "Training images are shifted by up to so many pixels along each axis.",
    };
    private static readonly Option<double?> _learningRate = new("--learning-rate")
    {
        Description = string.Create(
            CultureInfo.InvariantCulture, $"Learning rate of the training; {FineTuningOptions.DefaultLearningRate} if not given. "
            + $"Deep networks that lose little without training want less, 0.001 for example."),
    };
    private static readonly Option<bool> _trainingFlip = new("--training-flip")
    {
        Description = "Half of the training images are mirrored left to right.",
    };
    private static readonly Option<string?> _trainingCheckpoint = new("--training-checkpoint")
    {
        Description = "Keeps a training that is stopped, for the next time; beside the output if not given.",
    };
    private static readonly Option<string> _search = new("--search")
    {
        Description = "How precisions are chosen: uniform (the same bits everywhere), rl, exact, evolutionary or random.",
        DefaultValueFactory = _ => "uniform",
    };
    private static readonly Option<int> _weightBits = new("--weight-bits")
    {
        Description = "Bits of the weights, 1 to 8: 2 is ternary, 1 binary.",
        DefaultValueFactory = _ => 8,
    };
    private static readonly Option<int> _activationBits = new("--activation-bits")
    {
        Description = "Bits of the input of every layer, 2 to 8.",
        DefaultValueFactory = _ => 8,
    };
    private static readonly Option<int> _adcBits = new("--adc-bits")
    {
        Description = "Bits of every conversion, 1 to 16; 0 = the profile's. A search chooses them by layer.",
    };
    private static readonly Option<long> _copiesWithin = new("--copies-within")
    {
        Description = "Copies of slow layers fill up to this many arrays; 0 = no copies.",
    };
    private static readonly Option<bool> _searchBinary = new("--search-binary")
    {
        Description = "A search may make weights binary (1 bit) where the cells make that cheaper than ternary (2 bits).",
    };
    private static readonly Option<bool> _keepEnds = new("--keep-ends")
    {
        Description = "A search leaves the first and the last layer at 8 bits.",
    };
    private static readonly Option<string?> _strips = new("--strips")
    {
        Description = "Give strips (a column on a row tile) widths by sensitivity: the share of the cells of 8-bit weights to save, 0 to "
            + "1, or auto = as much as --max-accuracy-loss allows.",
    };
    private static readonly Option<string?> _stripWidths = new("--strip-widths")
    {
        Description = "Widths strips may have, for example 8,4,2,0; default: all that take different numbers of cells, and 0 (pruned).",
    };
    private static readonly Option<string> _stripUnit = new("--strip-unit")
    {
        Description = "What has one width together: strip, column or layer.",
        DefaultValueFactory = _ => "strip",
    };
    private static readonly Option<string?> _merge = new("--merge")
    {
        Description = "Let strips share columns: the share of the cells to save, from 0 (only equal columns, which changes no result) to "
            + "1, or auto = as much as --max-accuracy-loss allows.",
    };
    private static readonly Option<string> _mergeMethod = new("--merge-method")
    {
        Description = "What shares columns: group (strips, by k-means), spectral (their positive and negative parts, by spectral "
            + "clustering), or auto (spectral up to 4 bits).",
        DefaultValueFactory = _ => "auto",
    };
    private static readonly Option<double?> _maxLoss = new("--max-accuracy-loss")
    {
        Description = "Fail if the compiled network loses more percentage points than this.",
    };
    private static readonly Option<string> _objective = new("--objective")
    {
        Description = "What a search minimises: latency, energy, arrays or energy-delay.",
        DefaultValueFactory = _ => "latency",
    };
    private static readonly Option<int> _evaluations = new("--search-evaluations")
    {
        Description = "Policies a search may measure.",
        DefaultValueFactory = _ => 60,
    };
    private static readonly Option<double?> _minutes = new("--budget-minutes")
    {
        Description = "Minutes a search may take; then its best policy so far is used.",
    };
    private static readonly Option<int> _searchSamples = new("--search-samples")
    {
        Description = "Calibration samples a search takes, at most: a third fits quantizers, the rest judges.",
        DefaultValueFactory = _ => SearchData.MaxSamples,
    };
    private static readonly Option<int> _searchTraining = new("--search-training-samples")
    {
        Description = "Training samples a candidate of a search learns from in its short training, at most.",
        DefaultValueFactory = _ => ShortTraining.DefaultSamples,
    };
    private static readonly Option<string?> _policyOutput = new("--policy-output")
    {
        Description = "Keep the best policy of a search in this file while it runs; --policy reads it.",
    };
    private static readonly Option<string?> _trialLog = new("--trial-log")
    {
        Description = "What a search measured, so that one that was stopped continues; <output>.trials.json unless given.",
    };
    private static readonly Option<long?> _maxArrays = new("--max-arrays") { Description = "Arrays a searched policy may take." };
    private static readonly Option<bool> _variationAware = new("--variation-aware")
    {
        Description = "Narrow precisions until the hardware's variation falls into output bits that are thrown away, and place weights on "
            + "the cells where it does least.",
    };
    private static readonly Option<double> _variationConfidence = new("--variation-confidence")
    {
        Description = "Probability that variation moves a kept output by less than half of its last bit.",
        DefaultValueFactory = _ => VariationOptions.DefaultConfidence,
    };
    private static readonly Option<string?> _fidelity = new("--fidelity")
    {
        Description = "What the result is used at, and its accuracy judged at: exact, adc, device or circuit; if not given exact, or adc "
            + "where converters change sums.",
    };
    private static readonly Option<ulong> _seed = new("--seed") { Description = "Seed of everything random." };
    private static readonly Option<string?> _report = new("--report")
    {
        Description = "Write report.json and report.html into this folder.",
    };
    private static readonly Option<string?> _lock = new("--lock")
    {
        Description = "The lock file: made if missing; if there, its inputs must be those of this compilation, and its policy is used.",
    };
    private static readonly Option<bool> _force = new("--force-evaluate")
    {
        Description = "Compile anew and write the lock file anew, whatever it says.",
    };
    private static readonly Option<bool> _refreshLock = new("--refresh-lock")
    {
        Description = "Choose precisions anew, with a warning, where the lock file was made from other inputs.",
    };
    private static readonly Option<bool> _locked = new("--locked")
    {
        Description = "The lock file must be there and fit, and is not written.",
    };
    private static readonly Option<double> _lockLimit = new("--lock-limit")
    {
        Description = "The lock file holds the quantized network, and so gives the same result on any processor, if it takes at most so "
            + "many MB compressed, else its hash alone; 0 = always the hash alone.",
        DefaultValueFactory = _ => PinnedNetwork.DefaultLimit,
    };
    private static readonly Option<bool> _lockOnly = new("--lock-only")
    {
        Description = "Choose precisions, write the lock file, and stop: nothing is compiled.",
    };
    private static readonly Option<string?> _dependencies = new("--dependencies")
    {
        Description = "Write every file that was read into this file, each with its SHA-256, as sha256sum does.",
    };
    private static readonly Option<string?> _policy = new("--policy")
    {
        Description = "Precisions by layer, as this command prints under 'policy' with --json.",
    };
    private static readonly Option<string?> _exportQdq = new("--export-qdq")
    {
        Description = "Write the quantized network as a standard ONNX model with QuantizeLinear/DequantizeLinear.",
    };
    private static readonly Option<string> _range = new("--calibration-method")
    {
        Description = "How activation ranges are chosen: mse, minmax, percentile or entropy.",
        DefaultValueFactory = _ => "mse",
    };
    private static readonly Option<string> _rounding = new("--rounding")
    {
        Description = "How weights become integers: compensated (the error of one is made up for by others), nearest, learned (blocks of "
            + "layers, by gradients; slower), or auto (equalized, compensated and learned: what comes nearest to the float network).",
        DefaultValueFactory = _ => RoundingMethods.Auto,
    };
    private static readonly Option<int> _samples = new("--calibration-samples")
    {
        Description = "At most this many calibration samples, spread over the file.",
        DefaultValueFactory = _ => CalibrationData.DefaultSamples,
    };
    private static readonly Option<int> _limit = new("--limit") { Description = "At most this many evaluation samples; 0 = all." };

    public static Command Create()
    {
        _range.AcceptOnlyFromAmong("mse", "minmax", "percentile", "entropy");
        _fidelity.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, [.. FidelityOption.Names]);
        _rounding.AcceptOnlyFromAmong([.. RoundingMethods.All]);
        var command = new Command("compile", "Compiles a network for crossbars.")
        {
            _model, _output, _hardware, _calibration, _evaluation, _labels, _training, _validation, _trainingShift, _trainingFlip, _epochs,
                _learningRate,
                _trainingCheckpoint, _search, _weightBits, _activationBits, _adcBits, _copiesWithin, _keepEnds, _searchBinary, _strips,
                _stripWidths,
                _stripUnit, _merge, _mergeMethod, _maxLoss, _objective, _evaluations, _minutes, _searchSamples, _searchTraining,
                _policyOutput,
                _trialLog, _maxArrays, _variationAware, _variationConfidence, _fidelity, _seed, _report, _lock, _force, _refreshLock,
                _locked,
                _lockLimit, _lockOnly, _dependencies, _policy, _exportQdq, _range, _rounding, _samples, _limit,
        };
        var data = new DataArguments(command);
        var import = new ImportArguments(command);
        return command.Does((parsed, context) =>
        {
            CompileOptions options = Read(parsed, data, import);
            CompileFiles.Of(options).Writes("--dependencies", parsed.GetValue(_dependencies)).Check();
            context.LeaveOutputTo(options.OutputPath);
            if (parsed.GetValue(_lockOnly))
            {
                QuantizationPolicy chosen = CompilePipeline.Lock(
                    options, context.Progress, w => context.Warn(w.Code, w.Message, w.File), context.Cancellation);
                context.WriteResult(json => chosen.WriteTo(json), text => text.WriteLine($"locked     {options.LockPath}"));
                return;
            }

            CompileDependencies? before = parsed.GetValue(_dependencies) is null ? null : CompileDependencies.Of(options);
            WarnOfUnused(parsed, context, options);
            CompileResult result = CompilePipeline.Compile(
                options, context.Progress, w => context.Warn(w.Code, w.Message, w.File), context.Cancellation);
            before?.ComparedWith(CompileDependencies.Of(options), options).Write(parsed.GetValue(_dependencies)!);
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
            new(_search, o.Search == "uniform" || searches, "choosing precisions, and those of --policy are used"),
            new(_objective, searches, ASearch),
            new(_evaluations, searches, ASearch),
            new(_minutes, searches, ASearch),
            new(_keepEnds, searches, ASearch),
            new(_searchBinary, searches, ASearch),
            new(_policyOutput, searches, ASearch),
            new(_searchSamples, judges, ASearch + ", --strips auto or --merge auto"),
            new(_searchTraining, searches && trains, "a search with --training"),
            new(_weightBits, !searches, "the same bits everywhere, and a search chooses them by layer (--search uniform keeps yours)"),
            new(_activationBits, !searches, "the same bits everywhere, and a search chooses them by layer (--search uniform keeps yours)"),
            new(_adcBits, !searches, "the same bits everywhere, and a search chooses them by layer (adcBits of the hardware is the most it "
                + "may choose)"),
            new(_stripWidths, o.Strips is not null, "strips (--strips)"),
            new(_stripUnit, o.Strips is not null, "strips (--strips)"),
            new(_mergeMethod, o.Merge is not null, "shared columns (--merge)"),
            new(_variationConfidence, o.VariationAware, "--variation-aware"),
            new(_force, o.LockPath is not null, "a lock file (--lock)"),
            new(_refreshLock, o.LockPath is not null, "a lock file (--lock)"),
            new(_limit, o.Evaluation is not null, "evaluation samples (--evaluation)"),
            new(_samples, o.Calibration is not null || trains, "calibration samples (--calibration)"));
    }

    private static CompileOptions Read(ParseResult parsed, DataArguments data, ImportArguments import) => new()
    {
        ModelPath = parsed.GetRequiredValue(_model),
        OutputPath = parsed.GetValue(_output),
        Hardware = parsed.GetRequiredValue(_hardware),
        Calibration = parsed.GetValue(_calibration),
        Evaluation = parsed.GetValue(_evaluation),
        Labels = parsed.GetValue(_labels),
        Training = parsed.GetValue(_training),
        Validation = parsed.GetValue(_validation),
        Augmentation = new Augmentation { Shift = parsed.GetValue(_trainingShift), Flip = parsed.GetValue(_trainingFlip) },
        Epochs = parsed.GetValue(_epochs),
        LearningRate = parsed.GetValue(_learningRate),
        TrainingCheckpoint = parsed.GetValue(_training) is null ? null
            : parsed.GetValue(_trainingCheckpoint) ?? (parsed.GetValue(_output) is { } output ? output + ".training" : null),
        Preprocessing = data.Read(parsed),
        Search = parsed.GetRequiredValue(_search),
        WeightBits = parsed.GetValue(_weightBits),
        ActivationBits = parsed.GetValue(_activationBits),
        AdcBits = parsed.GetValue(_adcBits),
        CopiesWithin = parsed.GetValue(_copiesWithin),
        KeepEnds = parsed.GetValue(_keepEnds),
        SearchBinary = parsed.GetValue(_searchBinary),
        Strips = StripOptions.Parse(parsed.GetValue(_strips), parsed.GetValue(_stripWidths), parsed.GetRequiredValue(_stripUnit)),
        Merge = ColumnSharingOptions.Parse(parsed.GetValue(_merge), parsed.GetRequiredValue(_mergeMethod)),
        MaxAccuracyLoss = parsed.GetValue(_maxLoss),
        Objective = parsed.GetRequiredValue(_objective),
        SearchEvaluations = parsed.GetValue(_evaluations),
        SearchMinutes = parsed.GetValue(_minutes),
        SearchSamples = parsed.GetValue(_searchSamples),
        SearchTrainingSamples = parsed.GetValue(_searchTraining),
        PolicyOutputPath = parsed.GetValue(_policyOutput),
        TrialLogPath = parsed.GetValue(_trialLog),
        MaxArrays = parsed.GetValue(_maxArrays),
        VariationAware = parsed.GetValue(_variationAware),
        VariationConfidence = parsed.GetValue(_variationConfidence),
        Fidelity = parsed.GetValue(_fidelity) is { } fidelity ? FidelityOption.Parse(fidelity) : null,
        Seed = parsed.GetValue(_seed),
        ReportDirectory = parsed.GetValue(_report),
        LockPath = parsed.GetValue(_lock),
        ForceEvaluate = parsed.GetValue(_force),
        RefreshLock = parsed.GetValue(_refreshLock),
        Locked = parsed.GetValue(_locked),
        LockLimit = parsed.GetValue(_lockLimit),
        PolicyPath = parsed.GetValue(_policy),
        ExportQdqPath = parsed.GetValue(_exportQdq),
        Range = parsed.GetValue(_range) switch
        {
            "minmax" => RangeMethod.MinMax,
            "percentile" => RangeMethod.Percentile,
            "entropy" => RangeMethod.Entropy,
            _ => RangeMethod.MeanSquaredError,
        },
        Rounding = parsed.GetRequiredValue(_rounding),
        CalibrationSamples = parsed.GetValue(_samples),
        EvaluationLimit = parsed.GetValue(_limit),
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
        foreach (IGrouping<(int W, int A, int Adc), LayerPrecision> group in result.Policy.Layers.GroupBy(
            l => (l.WeightBits, l.ActivationBits, l.AdcBits)))
            Line($"precision  {group.Count()} layers with {group.Key.W}-bit weights, {group.Key.A}-bit activations and "
                + $"{(group.Key.Adc == 0 ? "ideal" : $"{group.Key.Adc}-bit")} conversions");
        if (result.Report.WorstLayer is { } worst) Line($"error      largest in layer '{worst}'");
        if (options.OutputPath is { } output) Line($"written    {output}");
        if (options.ReportDirectory is { } report) Line($"report     {Path.Combine(report, "report.html")}");
        Line($"time       {result.Seconds:F1} s");
    }
}
