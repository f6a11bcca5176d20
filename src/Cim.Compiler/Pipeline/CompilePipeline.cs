using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using Cim.Compiler.Calibration;
using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Export;
using Cim.Compiler.Ir;
using Cim.Compiler.Locking;
using Cim.Compiler.Lowering;
using Cim.Compiler.Mapping;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.Reporting;
using Cim.Compiler.Reporting.Files;
using Cim.Runtime;
using Cim.Runtime.Crossbar.Compensation;
using Cim.Runtime.Format;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Program;
using Cim.Training.Loop;

namespace Cim.Compiler.Pipeline;

/// <summary>The whole way from an ONNX file to a compiled model. <see cref="Run"/> is read from top to bottom.</summary>
internal sealed class CompilePipeline
{
    private const int ErrorSamples = 32;

    private const string Trained = "trained";

    private readonly CompileContext _context;

    private CompilePipeline(CompileContext context) => _context = context;

    private CompileOptions Options => _context.Options;

    private CancellationToken Cancellation => _context.Cancellation;

    /// <summary>The version of this SDK, written into compiled models and reports.</summary>
    public static string SdkVersion { get; } =
        typeof(CompilePipeline).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
            ?? "0.0.0";

    /// <summary>Compiles; files are written at the very end, each complete or not at all.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="progress">One line per step.</param>
    /// <param name="warned">Called for each warning when it arises.</param>
    /// <param name="cancellation">Checked throughout.</param>
    /// <exception cref="CimException">Any problem with the inputs, or a missed budget.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was written.</exception>
    public static CompileResult Compile(
        CompileOptions options, IProgress<string>? progress = null, Action<CompileWarning>? warned = null,
        CancellationToken cancellation = default) =>
        new CompilePipeline(new CompileContext(options, progress, warned, cancellation)).Run();

    /// <summary>Chooses precisions as <see cref="Compile"/> does, writes them into the lock file, and stops.</summary>
    /// <exception cref="CimException">Any problem with the inputs.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was written.</exception>
    public static QuantizationPolicy Lock(
        CompileOptions options, IProgress<string>? progress = null, Action<CompileWarning>? warned = null,
        CancellationToken cancellation = default)
    {
        if (options.LockPath is not { } path)
            throw OptionError.Usage($"{OptionTable.LockOnly.Named()} writes nothing but the lock file, and none is named; name one with "
                + $"{OptionTable.Lock.Named()}.");
        PrecisionChoice choice = PrecisionChoice.Make(new CompileContext(options, progress, warned, cancellation));
        if (choice.Lock!.Policy is null) choice.Lock.Write(path, choice.Policy, null);
        return Resolve(choice.Policy, choice.Hardware);
    }

    private CompileResult Run()
    {
        PrecisionChoice choice = PrecisionChoice.Make(_context);
        (HardwareProfile hardware, Graph graph, ImmutableArray<LayerShape> shapes, CompileInputs inputs, QuantizationPolicy policy) =
            (choice.Hardware, choice.Graph, choice.Shapes, choice.Inputs, choice.Policy);

        CalibrationData calibration = inputs.ReadCalibration(_context);
        if (calibration.IsSynthetic) _context.Warn(ErrorCodes.NoCalibrationData, NoCalibration);
        RoundedNetwork rounded = Locked(choice) ?? Quantized(choice, calibration);
        Graph quantized = rounded.Quantized;
        if (Options.Training is not null) policy = PrequantizedPrecision.Apply(quantized, policy);

        _context.Step("mapping");
        LoweredModel lowered = Lower(quantized, policy, hardware);
        Cost cost = CostOf(lowered, shapes, policy, hardware);
        CheckArrays(cost, hardware, choice.Search is not null);
        Cost baseline = ModelCost.Uniform(shapes, 8, 8, hardware, Options.CopiesWithin);
        (ModelProgram program, ImmutableDictionary<string, double> saturation) = AdcMeasurement.Measure(
            lowered.Program, hardware, inputs.Input, calibration, Cancellation);
        var result = LockResult.Of(program, SdkVersion, null);
        RequireLocked(choice, result);
        var compiled = new CompiledModel(inputs.Describe(hardware, cost, baseline, graph), hardware, program);

        // Who uses the class without a fidelity of its own still wants figures of the hardware, where it differs from integers.
        bool isLossy = ConverterLoss.IsLossy(program, hardware);
        Fidelity fidelity = Options.Fidelity ?? (isLossy ? Fidelity.Adc : Fidelity.Exact);
        Agreement? agreement = OutputAgreement.Measure(_context, graph, compiled, inputs, calibration, fidelity);

        _context.Step("measuring the error of each layer");
        ImmutableArray<LayerError> errors = LayerErrors.Measure(
            rounded.Float, quantized, lowered.Layers, inputs.Input, inputs.ReadErrorSamples(calibration, ErrorSamples, Cancellation),
            ErrorSamples, Cancellation);
        LayerErrorCheck.Warn(_context, errors, policy);

        MeasuredAccuracy? measured = null;
        Accuracy? accuracyBaseline = null;
        if (inputs.OpenEvaluation() is { } evaluation)
        {
            _context.Step("evaluating");
            Accuracy accuracyFloat = LockedScore(choice) ?? EvaluateFloat();
            result = result with { Float = new FloatScore(accuracyFloat.Correct, accuracyFloat.Samples, Options.EvaluationLimit) };
            measured = Measure(compiled, evaluation, accuracyFloat, fidelity, isLossy);
            accuracyBaseline = IsBaseline(policy)
                ? measured.Exact
                : EvaluateBaseline(graph, inputs, calibration, hardware, shapes, evaluation);
            compiled = compiled with
            {
                Info = compiled.Info with
                {
                    AccuracyFloat = accuracyFloat.Fraction,
                    AccuracyCompiled = measured.Judged.Fraction,
                    AccuracyFidelity = fidelity,
                },
            };
        }

        CompilationReport report = new ReportBuilder(Options, inputs, hardware, graph, lowered)
        {
            Policy = policy,
            Cost = cost,
            Baseline = baseline,
            Errors = errors,
            Measured = measured,
            CompiledBaseline = accuracyBaseline,
            Saturation = saturation,
            Alignment = choice.Alignment,
        }.Build(_context.Warnings, _context.Seconds);
        if (measured is null) AccuracyBudget.CheckAgreement(_context, agreement, program, hardware);
        else AccuracyBudget.Check(_context, measured, program, hardware, report);
        report = report with { Diagnostics = ReportBuilder.Diagnostics(_context.Warnings) };

        Write(compiled, rounded, report, choice, result);
        return new CompileResult
        {
            Model = compiled,
            Fidelity = fidelity,
            Accuracy = measured,
            Agreement = agreement,
            Cost = cost,
            Baseline = baseline,
            Policy = Resolve(policy, hardware),
            Search = choice.Search,
            Rounding = rounded.Method,
            Alignment = choice.Alignment,
            Report = report,
            Warnings = _context.Warnings,
            Seconds = _context.Seconds,
        };
    }

    private static MessageText NoCalibration =>
        $"There is no calibration data: activation ranges are estimated from normalisation statistics and random inputs, and weights are "
            + $"rounded without knowing what they meet. "
        + $"100 to 500 unlabelled samples ({OptionTable.Calibration.Named()}) usually bring an 8-bit network within 1 percentage point of "
            + $"the float one and make 4-bit weights usable.";

    /// <summary>The network with quantizers, trained if that was asked for; a search may have done it already.</summary>
    private RoundedNetwork Quantized(PrecisionChoice choice, CalibrationData calibration)
    {
        if (choice.Search?.Trained is { } trained && choice.Policy.Layers.SequenceEqual(choice.Search.Policy.Layers))
            return new RoundedNetwork(choice.Graph, trained, Trained);
        RoundedNetwork rounded = RoundingStage.Run(
            _context, choice.Graph, choice.Inputs.Input, calibration, choice.Policy, choice.Hardware);
        if (Options.Training is null) return rounded;
        return rounded with
        {
            Quantized = TrainingStage.Run(
                _context, choice.Graph, rounded.Quantized, choice.Inputs, calibration, choice.Policy, choice.Hardware).Graph,
            Method = Trained,
        };
    }

    private MessageText NoResult =>
        $"The lock file {Options.LockPath} pins precisions but not their result, so other processors may round weights differently. "
            + $"Compile once where it can be written, without {OptionTable.Locked.Named()}, and commit it.";

    /// <summary>The quantized network of the lock file; null if it has none.</summary>
    private RoundedNetwork? Locked(PrecisionChoice choice)
    {
        if (Options.Locked && choice.Lock!.Result is null)
            _context.Warn(ErrorCodes.LockWithoutResult, NoResult);
        if (choice.Lock is not { Policy: { } policy, Result.Network: { } network }) return null;
        _context.Step("taking weights, scales and ranges from the lock file");
        try
        {
            (Graph quantized, Graph original, string method) = network.Restore(choice.Graph, policy);
            return new RoundedNetwork(original, quantized, method);
        }
        catch (CimException e) when (e.File is null)
        {
            throw new CimException(e.Code, e.Message, e) { File = Options.LockPath };
        }
    }

    private MessageText HashAlone() =>
        $"it holds the hash alone, because the network takes more than {OptionTable.LockLimit.Named()} "
            + $"({Options.LockLimit} MB), and the last bits of this processor's sums round weights differently from the one it was made on";

    /// <summary>Refuses a result that is not the locked one, with what differs; where the lock may be renewed, that is a warning.</summary>
    private void RequireLocked(PrecisionChoice choice, LockResult emitted)
    {
        if (choice.Lock?.Result is not { } locked || locked.DifferenceFrom(emitted) is not { } difference) return;
        MessageText why = locked.SdkVersion != emitted.SdkVersion
            ? $"it was made by Cim.Sdk {locked.SdkVersion}, this is {emitted.SdkVersion}"
            : locked.Network is not null ? "this build of Cim.Sdk emits the locked network in another way"
            : HashAlone();
        MessageText what = $"The result is not the one in the lock file: {difference} differ. Most likely {why}.";
        if (!Options.RefreshLock)
        {
            MessageText anywhere = "";
            if (locked.Network is null)
                anywhere = $"; a larger {OptionTable.LockLimit.Named()} puts the network into the lock file, which then pins "
                    + $"the same result on any processor";
            throw OptionError.Of(ErrorCodes.LockResultDiffers,
                $"{what} Delete 'result' from the lock file to pin what is emitted now with the same precisions, or compile with "
                    + $"{OptionTable.ForceEvaluate.Named()} to choose all anew{anywhere}.", Options.LockPath);
        }

        choice.Lock.Renews = true;
        _context.Warn(
            ErrorCodes.LockResultDiffers, $"{what} The lock file {Options.LockPath} is written anew. Commit it; in CI this is an error.");
    }

    /// <summary>What the float network scored when the lock was made: a processor's last bits may move a sample or two.</summary>
    private Accuracy? LockedScore(PrecisionChoice choice) =>
        choice.Lock?.Result?.Float is { } score && score.Limit == Options.EvaluationLimit
            ? new Accuracy(score.Correct, score.Samples, 0)
            : null;

    private Accuracy EvaluateFloat()
    {
        using var original = new FloatEvaluator(Options.ModelPath);
        return original.Evaluate(
            DataSet.Open(Options.Evaluation!, original.Input.Ports, Options.Preprocessing), Options.EvaluationLimit, null, Cancellation);
    }

    private LoweredModel Lower(Graph quantized, QuantizationPolicy policy, HardwareProfile hardware)
    {
        LoweredModel lowered = new LayerLowering(policy, hardware).Lower(quantized);
        lowered = lowered with
        {
            Program = lowered.Program with
            {
                Layers = [.. lowered.Program.Layers.Select(l => l.Blocks.IsEmpty ? WeightClipper.Apply(l, hardware) : l)],
            },
        };
        string[] requantized = [.. lowered.Layers.Where(l => l.Weights.Requantized).Select(l => l.Layer.NodeName)];
        if (requantized.Length > 0)
            _context.Warn(ErrorCodes.WeightsRequantized,
                $"The model's own quantized weights do not fit 8 signed bits and were rounded again in {string.Join(", ", requantized)}; "
                + $"export it with symmetric weights to keep them exactly.");
        return lowered;
    }

    private Cost CostOf(LoweredModel lowered, ImmutableArray<LayerShape> shapes, QuantizationPolicy policy, HardwareProfile hardware)
    {
        var placer = new LayerLowering(policy, hardware);
        return CostModel.Total(
            Replication.Apply(shapes, (shape, copies) => placer.CostOf(shape, lowered, copies), hardware, Options.CopiesWithin), hardware);
    }

    private Accuracy Evaluate(CompiledModel compiled, DataSet evaluation, Fidelity fidelity, int limit)
    {
        using var model = new CimModel(compiled);
        return new CompiledEvaluator(model)
            .Evaluate(evaluation, new RunOptions { Fidelity = fidelity, Seed = Options.Seed }, limit, null, Cancellation);
    }

    /// <exception cref="CimException">CIM3010: more arrays than the user allows, and no search that said so already.</exception>
    private void CheckArrays(Cost cost, HardwareProfile hardware, bool isSearched)
    {
        if (Options.MaxArrays is { } most && cost.Arrays > most && !isSearched)
            throw OptionError.Of(ErrorCodes.TooManyArrays,
                $"The network takes {cost.Arrays} arrays, and {OptionTable.MaxArrays.Is($"{most}")}. Use fewer weight bits, a search "
                + $"({OptionTable.Search.Named()}), larger arrays, or allow more.", Options.ModelPath);
        long available = (long)hardware.Cores * hardware.ArraysPerCore;
        if (hardware.Execution == ExecutionModel.Resident && available > 0 && cost.Arrays > available)
            _context.Warn(ErrorCodes.TooManyArrays,
                $"The network needs {cost.Arrays} arrays, the chip of '{hardware.Name}' has {available}. Use fewer weight bits or a "
                + $"larger chip.");
    }

    private MeasuredAccuracy Measure(CompiledModel compiled, DataSet evaluation, Accuracy accuracyFloat, Fidelity fidelity, bool isLossy)
    {
        int limit = Options.EvaluationLimit, all = accuracyFloat.Samples;
        Accuracy exact = Evaluate(compiled, evaluation, Fidelity.Exact, limit);
        int samples = ConverterLoss.Samples(compiled.Program, compiled.Hardware, all);
        bool isPart = samples < all && (isLossy || fidelity > Fidelity.Adc);
        Accuracy exactOnFirst = isPart ? Evaluate(compiled, evaluation, Fidelity.Exact, samples) : exact;
        Accuracy adc = isLossy ? Evaluate(compiled, evaluation, Fidelity.Adc, samples) : exactOnFirst;
        Accuracy judged = fidelity switch
        {
            Fidelity.Exact => exact,
            Fidelity.Adc => adc,
            _ => Evaluate(compiled, evaluation, fidelity, samples),
        };
        return new MeasuredAccuracy(fidelity, accuracyFloat, exact, exactOnFirst, adc, judged);
    }

    /// <summary>The accuracy of 8 bits everywhere, so that a report can put it beside what was compiled.</summary>
    private Accuracy EvaluateBaseline(
        Graph graph, CompileInputs inputs, CalibrationData calibration, HardwareProfile hardware, ImmutableArray<LayerShape> shapes,
        DataSet evaluation)
    {
        _context.Step("evaluating 8 bits everywhere for comparison");
        QuantizationPolicy policy = QuantizationPolicy.Uniform(MvmLayers.Find(graph).Select(l => l.NodeName), 8, 8);
        LoweredModel lowered = Lower(
            RoundingStage.Run(_context, graph, inputs.Input, calibration, policy, hardware, isResult: false).Quantized, policy, hardware);
        Cost cost = CostOf(lowered, shapes, policy, hardware);
        return Evaluate(new CompiledModel(inputs.Describe(hardware, cost, cost, graph), hardware, lowered.Program), evaluation,
            Fidelity.Exact, Options.EvaluationLimit);
    }

    /// <summary>The policy with the profile's ADC bits written out, for people to read.</summary>
    private static QuantizationPolicy Resolve(QuantizationPolicy policy, HardwareProfile hardware) =>
        new([.. policy.Layers.Select(l => l.AdcBits == 0 ? l with { AdcBits = hardware.AdcBits } : l)]);

    private static bool IsBaseline(QuantizationPolicy policy) =>
        policy.Layers.All(l => l is { WeightBits: 8, ActivationBits: 8, Strips: null, Merge: null or SharedColumns.Exact });

    private void Write(CompiledModel compiled, RoundedNetwork rounded, CompilationReport report, PrecisionChoice choice, LockResult result)
    {
        Cancellation.ThrowIfCancellationRequested();
        byte[] bytes = ModelWriter.ToBytes(compiled);
        if (Options.ExportQdqPath is { } qdq) QdqModel.Save(rounded.Quantized, qdq);
        if (Options.ReportDirectory is { } directory) ReportWriter.Write(report, directory);
        if (Options.LockPath is { } lockPath && !Options.Locked) WriteLock(lockPath, choice, rounded, result);
        // Last: whoever sees it finds everything else there too.
        if (Options.OutputPath is { } output) AtomicFile.Write(output, stream => stream.Write(bytes));
        if (Options.TrainingCheckpoint is { } checkpoint) CheckpointFile.Delete(checkpoint);
    }

    private void WriteLock(string path, PrecisionChoice choice, RoundedNetwork rounded, LockResult result)
    {
        // What is locked stays as it is; only what is missing is added.
        LockResult? locked = choice.Lock!.Renews ? null : choice.Lock.Result;
        PinnedNetwork? network = locked?.Network;
        if (network is null && Options.LockLimit > 0)
        {
            network = PinnedNetwork.Of(rounded.Quantized, rounded.Float, rounded.Method, choice.Graph, choice.Policy);
            if (network.Compressed.Length > Options.LockLimit * 1e6)
            {
                _context.Progress?.Report(string.Create(CultureInfo.InvariantCulture, 
                    $"the lock file holds the hash of the result alone: the network takes {network.Compressed.Length / 1e6:F1} MB "
                        + $"compressed, more than {OptionTable.LockLimit.Flag} ({Options.LockLimit} MB)"));
                network = null;
            }
        }

        LockResult complete = (locked ?? result) with { Float = locked?.Float ?? result.Float, Network = network };
        try
        {
            choice.Lock.Write(path, choice.Policy, complete);
        }
        catch (CimException e) when (e.Code == ErrorCodes.FileNotWritable && choice.Lock.Policy is not null && !choice.Lock.Renews)
        {
            // Its precisions are those that were compiled: only the result is missing, and a checkout may be read-only.
            _context.Warn(ErrorCodes.LockWithoutResult, $"{NoResult} It cannot be written here ({e.Message}).");
        }
    }
}
