using System.Collections.Immutable;
using System.Diagnostics;
using System.Reflection;
using Cim.Compiler.Calibration;
using Cim.Compiler.Data;
using Cim.Compiler.Emit;
using Cim.Compiler.Evaluation;
using Cim.Compiler.FineTuning;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Mapping;
using Cim.Compiler.Quantization;
using Cim.Compiler.Reporting;
using Cim.Compiler.Search;
using Cim.Compiler.Variation;
using Cim.Runtime;
using Cim.Runtime.Crossbar.Compensation;
using Cim.Runtime.Format;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Program;
using Cim.Training.Data;

namespace Cim.Compiler.Pipeline;

/// <summary>The whole way from an ONNX file to a compiled model. <see cref="Run"/> is read from top to bottom.</summary>
internal sealed class CompilePipeline
{
    private const int ErrorSamples = 32, AdcSamples = 500;

    private readonly CompileOptions _options;
    private readonly IProgress<string>? _progress;
    private readonly Action<CompileWarning>? _warned;
    private readonly CancellationToken _cancellation;
    private readonly List<CompileWarning> _warnings = [];
    private readonly Stopwatch _time = Stopwatch.StartNew();

    private CompilePipeline(CompileOptions options, IProgress<string>? progress, Action<CompileWarning>? warned, CancellationToken cancellation) =>
        (_options, _progress, _warned, _cancellation) = (options, progress, warned, cancellation);

    /// <summary>The version of this SDK, written into compiled models and reports.</summary>
    public static string SdkVersion { get; } =
        typeof(CompilePipeline).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    /// <summary>Compiles; files are written at the very end, each complete or not at all.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="progress">One line per step.</param>
    /// <param name="warned">Called for each warning when it arises.</param>
    /// <param name="cancellation">Checked throughout.</param>
    /// <exception cref="CimException">Any problem with the inputs, or a missed budget.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was written.</exception>
    public static CompileResult Compile(
        CompileOptions options, IProgress<string>? progress = null, Action<CompileWarning>? warned = null, CancellationToken cancellation = default) =>
        new CompilePipeline(options, progress, warned, cancellation).Run();

    /// <summary>Chooses precisions as <see cref="Compile"/> does, writes them into the lock file, and stops.</summary>
    /// <exception cref="CimException">Any problem with the inputs.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was written.</exception>
    public static QuantizationPolicy Lock(
        CompileOptions options, IProgress<string>? progress = null, Action<CompileWarning>? warned = null, CancellationToken cancellation = default)
    {
        if (options.LockPath is not { } path)
            throw new CimException(ErrorCodes.WrongUsage, "--lock-only writes nothing but the lock file, and none is named; give one with --lock.");
        Choice choice = new CompilePipeline(options, progress, warned, cancellation).Choose();
        if (choice.Lock!.Policy is null) choice.Lock.Write(path, choice.Policy);
        return Resolve(choice.Policy, choice.Hardware);
    }

    /// <summary>What is known once precisions are chosen.</summary>
    private sealed record Choice(
        HardwareProfile Hardware, Graph Graph, ImmutableArray<LayerShape> Shapes, CompileInputs Inputs, CompileLock? Lock, QuantizationPolicy Policy, SearchSummary? Search,
        ImmutableArray<LayerAlignment> Alignment);

    private Choice Choose()
    {
        _options.Check();
        HardwareProfile hardware = HardwareProfiles.Load(_options.Hardware);

        Step("importing");
        Graph graph = OnnxImporter.Import(_options.ModelPath, _options.Import, _cancellation);
        ImmutableArray<MvmLayer> layers = MvmLayers.Find(graph);
        ImmutableArray<LayerShape> shapes = LayerShapes.Of(graph, hardware);
        var inputs = new CompileInputs(_options, graph);

        // The same bits everywhere, unless a policy, a lock file or a search says otherwise.
        QuantizationPolicy policy = QuantizationPolicy.Uniform(layers.Select(l => l.NodeName), _options.WeightBits, _options.ActivationBits, _options.AdcBits);
        if (_options.PolicyPath is { } policyPath) policy = QuantizationPolicy.Load(policyPath, policy);
        CompileLock? compileLock = _options.LockPath is null ? null : CompileLock.Open(_options, hardware, policy);
        if (compileLock?.Stale is { } changed)
            Warn(ErrorCodes.LockMismatch, $"The lock file {_options.LockPath} was made from other inputs and is written anew: {changed}. Commit it; in CI this is an error.");
        policy = compileLock?.Policy ?? policy;
        SearchSummary? search = null;
        if (_options.Searches && compileLock?.Policy is null) search = Search(graph, inputs, hardware);
        policy = GivenPrecision.Apply(graph, search?.Policy ?? policy);
        if (_options.Strips is { } strips && compileLock?.Policy is null) policy = Strips(graph, inputs, hardware, policy, strips);
        ImmutableArray<LayerAlignment> alignment = [];
        if (_options.VariationAware && compileLock?.Policy is null) (policy, alignment) = Align(graph, inputs, hardware, policy);
        return new Choice(hardware, graph, shapes, inputs, compileLock, policy, search, alignment);
    }

    private CompileResult Run()
    {
        (HardwareProfile hardware, Graph graph, ImmutableArray<LayerShape> shapes, CompileInputs inputs, CompileLock? compileLock, QuantizationPolicy policy, SearchSummary? search, ImmutableArray<LayerAlignment> alignment) = Choose();

        CalibrationData calibration = inputs.ReadCalibration(_cancellation);
        if (calibration.IsSynthetic) Warn(ErrorCodes.NoCalibrationData, NoCalibration);
        QuantizationPolicy chosen = policy;
        Graph quantized = Quantize(graph, inputs.Input, calibration, policy, hardware);
        if (_options.Training is not null)
        {
            quantized = Train(graph, quantized, inputs, policy);
            policy = GivenPrecision.Apply(quantized, policy);
        }

        Step("mapping");
        LoweredModel lowered = Lower(quantized, policy, hardware);
        Cost cost = CostOf(lowered, shapes, policy, hardware);
        Cost baseline = ModelCost.Uniform(shapes, 8, 8, hardware, _options.CopiesWithin);
        (ModelProgram program, ImmutableDictionary<string, double> saturation) = AdcMeasurement.Measure(lowered.Program, hardware, inputs.Input, calibration, _cancellation);
        var compiled = new CompiledModel(inputs.Describe(hardware, cost, baseline, graph), hardware, program);

        Step("measuring the error of each layer");
        ImmutableArray<LayerError> errors = LayerErrors.Measure(
            graph, quantized, lowered.Layers, inputs.Input, inputs.ReadErrorSamples(calibration, ErrorSamples, _cancellation), ErrorSamples, _cancellation);

        Accuracy? accuracyFloat = null, accuracyCompiled = null, accuracyAdc = null, accuracyBaseline = null;
        if (inputs.OpenEvaluation() is { } evaluation)
        {
            Step("evaluating");
            using var original = new FloatEvaluator(_options.ModelPath);
            accuracyFloat = original.Evaluate(DataSet.Open(_options.Evaluation!, original.Input.Ports, _options.Preprocessing), _options.EvaluationLimit, null, _cancellation);
            accuracyCompiled = Evaluate(compiled, evaluation, Fidelity.Exact, _options.EvaluationLimit);
            accuracyAdc = Evaluate(compiled, evaluation, Fidelity.Adc, _options.EvaluationLimit > 0 ? Math.Min(_options.EvaluationLimit, AdcSamples) : AdcSamples);
            accuracyBaseline = IsBaseline(policy) ? accuracyCompiled : EvaluateBaseline(graph, inputs, calibration, hardware, shapes, evaluation);
            compiled = compiled with { Info = compiled.Info with { AccuracyFloat = accuracyFloat.Fraction, AccuracyCompiled = accuracyCompiled.Fraction } };
        }

        CompilationReport report = new ReportBuilder(_options, inputs, hardware, graph, lowered)
        {
            Policy = policy,
            Cost = cost,
            Baseline = baseline,
            Errors = errors,
            Float = accuracyFloat,
            Compiled = accuracyCompiled,
            CompiledAdc = accuracyAdc,
            CompiledBaseline = accuracyBaseline,
            Saturation = saturation,
            Alignment = alignment,
        }.Build(_warnings, _time.Elapsed.TotalSeconds);
        CheckBudget(accuracyFloat, accuracyCompiled, report);
        report = report with { Diagnostics = ReportBuilder.Diagnostics(_warnings) };

        Write(compiled, quantized, report, compileLock, chosen);
        return new CompileResult
        {
            Model = compiled,
            AccuracyFloat = accuracyFloat,
            AccuracyCompiled = accuracyCompiled,
            AccuracyAdc = accuracyAdc,
            Cost = cost,
            Baseline = baseline,
            Policy = Resolve(policy, hardware),
            Search = search,
            Alignment = alignment,
            Report = report,
            Warnings = [.. _warnings],
            Seconds = _time.Elapsed.TotalSeconds,
        };
    }

    private const string NoCalibration =
        "There is no calibration data: activation ranges are estimated from normalisation statistics and random inputs, and weights are rounded without knowing what they meet. "
        + "100 to 500 unlabelled samples (--calibration, or Calibration on the item) usually bring an 8-bit network within 1 percentage point of the float one and make 4-bit weights usable.";

    private SearchSummary Search(Graph graph, CompileInputs inputs, HardwareProfile hardware)
    {
        Step("searching precisions");
        var options = new PolicySearchOptions
        {
            Searcher = _options.Search,
            Objective = PolicySearchOptions.Parse(_options.Objective, _options.CopiesWithin > 0),
            MaxLoss = _options.MaxAccuracyLoss ?? CompileOptions.DefaultSearchLoss,
            MaxArrays = _options.MaxArrays ?? long.MaxValue,
            Evaluations = _options.SearchEvaluations,
            Seed = _options.Seed,
            KeepEnds = _options.KeepEnds,
            Clock = new SearchClock(_options.SearchMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : null),
            Trials = (_options.TrialLogPath ?? (_options.OutputPath is { } output ? output + ".trials.json" : null)) is { } log
                ? TrialFile.Open(log, CompileLock.SearchKey(_options)) : null,
            PolicyOutput = _options.PolicyOutputPath,
            Quantizer = new QuantizerOptions { Range = _options.Range },
        };
        SearchData data = inputs.ReadSearchData(_cancellation);
        using PolicySearch search = PolicySearch.Prepare(graph, inputs.Input, hardware, data, options, _progress, _cancellation);
        SearchSummary summary = search.Run(_progress, _cancellation);
        summary = Finalists.Run(search, summary, graph, inputs.Input, hardware, data, options, _progress, _cancellation);
        if (!summary.IsWithinBudget)
            Warn(ErrorCodes.SearchFoundNothing, FormattableString.Invariant(
                $"No precision up to 8 bits keeps the estimated loss within {options.MaxLoss} percentage points (and the arrays within their limit); the widest one is used, estimated to lose {summary.ValidationLoss:F2}. Give more calibration samples, labels for them, or a larger budget."));
        if (summary.RanOutOfTime)
            Warn(ErrorCodes.SearchRanOutOfTime, FormattableString.Invariant(
                $"The search ended after {_options.SearchMinutes} minutes with {summary.Evaluations} of {options.Evaluations} evaluations; the best policy so far is used. Give it more time (--budget-minutes, CimSearchBudget), or fewer evaluations (--search-evaluations)."));
        return summary;
    }

    /// <summary>The network with quantizers it was trained with.</summary>
    private Graph Train(Graph graph, Graph rounded, CompileInputs inputs, QuantizationPolicy policy)
    {
        if (MvmLayers.Find(graph).FirstOrDefault(l => l.WeightDequantize is not null) is { } given)
            throw new CimException(ErrorCodes.WrongUsage, $"The model brings quantized weights ('{given.NodeName}'), which training would have to change; leave --training out, or give the float network.") { File = _options.ModelPath };
        if (policy.Layers.FirstOrDefault(l => l.Strips is not null) is { } strips)
            throw new CimException(ErrorCodes.WrongUsage, $"Training knows one width a layer, and layer '{strips.Name}' has strips of several; leave --training or --strips out, or train first and give the trained float network.") { File = _options.ModelPath };
        if (policy.Layers.FirstOrDefault(l => l.Strips is not null) is { } cut)
            throw new CimException(ErrorCodes.WrongUsage, $"Training gives a layer one width, and '{cut.Name}' has strips of several; leave --training or the strips out.") { File = _options.ModelPath };
        SampleSet samples = inputs.ReadTraining(_cancellation);
        int epochs = _options.Epochs ?? FineTuningOptions.DefaultEpochs;
        Step(FormattableString.Invariant($"training {epochs} epochs on {samples.Count} {(samples.Labels is null ? "unlabelled " : "")}samples"));
        string tag = $"{inputs.ModelSha256} {FileHash.Of(_options.Training!)} {_options.Preprocessing} {string.Join(' ', policy.Layers)}";
        var training = new QuantizationAwareTraining(new FineTuningOptions(epochs, _options.Seed, _options.TrainingCheckpoint, tag), _progress);
        return training.RunAsync(graph, rounded, policy, samples, _cancellation).GetAwaiter().GetResult();
    }

    private (QuantizationPolicy, ImmutableArray<LayerAlignment>) Align(Graph graph, CompileInputs inputs, HardwareProfile hardware, QuantizationPolicy policy)
    {
        Step("aligning words with variation");
        var options = new VariationOptions { Confidence = _options.VariationConfidence };
        return VariationAlignment.Run(graph, inputs.Input, inputs.ReadCalibration(_cancellation), policy, hardware,
            new QuantizerOptions { Range = _options.Range }, options, _progress, _cancellation);
    }

    private QuantizationPolicy Strips(Graph graph, CompileInputs inputs, HardwareProfile hardware, QuantizationPolicy policy, StripOptions strips)
    {
        Step("choosing the widths of strips");
        return StripSelection.Run(
            graph, inputs.Input, hardware, _options.Calibration is null ? null : inputs.ReadSearchData(_cancellation), policy, strips,
            _options.MaxAccuracyLoss ?? CompileOptions.DefaultSearchLoss, new QuantizerOptions { Range = _options.Range, ArrayRows = hardware.Rows },
            _options.Seed, _progress, _cancellation);
    }

    private Graph Quantize(Graph graph, GraphInput input, CalibrationData calibration, QuantizationPolicy policy, HardwareProfile hardware)
    {
        var options = new QuantizerOptions { Range = _options.Range, ArrayRows = hardware.Rows };
        if (_options.Rounding == "nearest") options = options with { ErrorCompensationBits = 0 };
        var quantizer = new PostTrainingQuantizer(options,
            calibration.IsSynthetic ? NormalisationRanges.Read(_options.ModelPath, _options.Import, graph) : null);
        Graph rounded = quantizer.Quantize(graph, input, calibration, policy, _progress, _cancellation);
        return _options.Rounding == "learned" && LearnedRoundingStage.Fits(graph, input) && !calibration.IsSynthetic && policy.Layers.All(l => l.Strips is null)
            ? new LearnedRoundingStage(_progress).Run(graph, rounded, input, calibration, policy, _cancellation) : rounded;
    }

    private LoweredModel Lower(Graph quantized, QuantizationPolicy policy, HardwareProfile hardware)
    {
        LoweredModel lowered = new LayerPlacer(policy, hardware).Lower(quantized);
        lowered = lowered with { Program = lowered.Program with { Layers = [.. lowered.Program.Layers.Select(l => l.Blocks.IsEmpty ? WeightClipper.Apply(l, hardware) : l)] } };
        string[] requantized = [.. lowered.Layers.Where(l => l.Weights.Requantized).Select(l => l.Layer.NodeName)];
        if (requantized.Length > 0)
            Warn(ErrorCodes.WeightsRequantized, $"The model's own quantized weights do not fit 8 signed bits and were rounded again in {string.Join(", ", requantized)}; export it with symmetric weights to keep them exactly.");
        return lowered;
    }

    private Cost CostOf(LoweredModel lowered, ImmutableArray<LayerShape> shapes, QuantizationPolicy policy, HardwareProfile hardware)
    {
        var placer = new LayerPlacer(policy, hardware);
        return CostModel.Total(Replication.Apply(shapes, (shape, copies) => placer.CostOf(shape, lowered, copies), hardware, _options.CopiesWithin), hardware);
    }

    private Accuracy Evaluate(CompiledModel compiled, DataSet evaluation, Fidelity fidelity, int limit)
    {
        using var model = new CimModel(compiled);
        return new CompiledEvaluator(model).Evaluate(evaluation, new RunOptions { Fidelity = fidelity, Seed = _options.Seed }, limit, null, _cancellation);
    }

    /// <summary>The accuracy of 8 bits everywhere, so that a report can put it beside what was compiled.</summary>
    private Accuracy EvaluateBaseline(
        Graph graph, CompileInputs inputs, CalibrationData calibration, HardwareProfile hardware, ImmutableArray<LayerShape> shapes, DataSet evaluation)
    {
        Step("evaluating 8 bits everywhere for comparison");
        QuantizationPolicy policy = QuantizationPolicy.Uniform(MvmLayers.Find(graph).Select(l => l.NodeName), 8, 8);
        LoweredModel lowered = Lower(Quantize(graph, inputs.Input, calibration, policy, hardware), policy, hardware);
        Cost cost = CostOf(lowered, shapes, policy, hardware);
        return Evaluate(new CompiledModel(inputs.Describe(hardware, cost, cost, graph), hardware, lowered.Program), evaluation, Fidelity.Exact, _options.EvaluationLimit);
    }

    /// <summary>The policy with the profile's ADC bits written out, for people to read.</summary>
    private static QuantizationPolicy Resolve(QuantizationPolicy policy, HardwareProfile hardware) =>
        new([.. policy.Layers.Select(l => l.AdcBits == 0 ? l with { AdcBits = hardware.AdcBits } : l)]);

    private static bool IsBaseline(QuantizationPolicy policy) => policy.Layers.All(l => l is { WeightBits: 8, ActivationBits: 8, Strips: null });

    private void CheckBudget(Accuracy? original, Accuracy? compiled, CompilationReport report)
    {
        if (original is null || compiled is null) return;
        double loss = 100 * (original.Fraction - compiled.Fraction);
        string place = report.WorstLayer is { } worst ? $" The layer with the largest error of its own is '{worst}'." : "";
        string figures = FormattableString.Invariant($"the compiled network classifies {100 * compiled.Fraction:F2} % of {compiled.Samples} samples, the float network {100 * original.Fraction:F2} %");
        if (_options.MaxAccuracyLoss is { } budget && loss > budget + 1e-9)
        {
            if (_options.ReportDirectory is { } directory) ReportWriter.Write(report, directory);
            throw new CimException(ErrorCodes.AccuracyBudgetMissed, FormattableString.Invariant(
                $"The accuracy budget of {budget} percentage points is missed: {figures}, a loss of {loss:F2}.{place} Give more bits, better calibration data, or a larger budget.")) { File = _options.ModelPath };
        }

        if (_options.MaxAccuracyLoss is null && loss > 2)
            Warn(ErrorCodes.AccuracyDegraded, FormattableString.Invariant($"Accuracy has suffered: {figures}.{place} Check the preprocessing of the calibration data, or give more bits."));
    }

    private void Write(CompiledModel compiled, Graph quantized, CompilationReport report, CompileLock? compileLock, QuantizationPolicy policy)
    {
        _cancellation.ThrowIfCancellationRequested();
        byte[] bytes = ModelWriter.ToBytes(compiled);
        if (_options.ExportQdqPath is { } qdq) QdqModel.Save(quantized, qdq);
        if (_options.ReportDirectory is { } directory) ReportWriter.Write(report, directory);
        if (_options.LockPath is { } lockPath) compileLock!.Write(lockPath, policy);
        // Last: whoever sees it finds everything else there too.
        if (_options.OutputPath is { } output) AtomicFile.Write(output, stream => stream.Write(bytes));
        if (_options.TrainingCheckpoint is { } checkpoint) File.Delete(checkpoint);
    }

    private void Step(string what)
    {
        _cancellation.ThrowIfCancellationRequested();
        _progress?.Report(FormattableString.Invariant($"[{_time.Elapsed.TotalSeconds,6:F1} s] {what}"));
    }

    private void Warn(string code, string message)
    {
        var warning = new CompileWarning(code, message, _options.ModelPath);
        if (_warnings.Contains(warning)) return;
        _warnings.Add(warning);
        _warned?.Invoke(warning);
    }
}
