using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Export;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.QuantizationAware;
using Cim.Compiler.Strips;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Networks;
using Cim.Training.Ort;
using Cim.Training.Quantization;
using Google.Protobuf;
using Xunit;

namespace Cim.Compiler.Tests.QuantizationAware;

/// <summary>A compilation with training samples trains the network with its quantizers before it maps it.</summary>
public sealed class QuantizationAwareTrainingTests : IDisposable
{
    private const int TrainingSamples = 2048, EvaluationSamples = 512, TrainingEpochs = 8;

    private static readonly byte[] _trained = NoisyPatterns.Network(
        1024, 6, 0.05, "conv 6 3x3 pad 1", "relu", "linear 12", "relu", "linear 10");

    private readonly TemporaryFolder _folder = new();
    private readonly string _model, _evaluation;

    private readonly ITestOutputHelper _output;

    public QuantizationAwareTrainingTests(ITestOutputHelper output)
    {
        _output = output;
        _model = _folder.Write("net.onnx", _trained);
        _evaluation = Data("evaluation.npz", EvaluationSamples, 5, labelled: true);
    }

    public void Dispose() => _folder.Dispose();

    private string Data(string name, int count, ulong seed, bool labelled) => NoisyPatterns.Write(_folder, name, count, seed, labelled);

    private static string Loss(CompileOptions asked)
    {
        var lines = new ProgressLines();
        CompilePipeline.Compile(asked, lines);
        string last = lines.All.Last(l => l.Contains("epoch 1/1  100 %", StringComparison.Ordinal));
        return last[..last.IndexOf("left", StringComparison.Ordinal)];
    }

    private CompileOptions Options(string output = "net.cim", bool labelled = true) => new()
    {
        ModelPath = _model, OutputPath = _folder.At(output), Calibration = _evaluation, Evaluation = _evaluation, WeightBits = 2,
            ActivationBits = 2,
        Training = Data($"training-{labelled}.npz", TrainingSamples, 3, labelled), Epochs = 4,
        TrainingCheckpoint = _folder.At(output + ".training"),
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Training_regains_what_few_bits_lose_with_labels_or_without(bool labelled)
    {
        CompileOptions options = Options(labelled: labelled) with { Epochs = TrainingEpochs };
        var lines = new ProgressLines();
        CompileResult rounded = CompilePipeline.Compile(options with { Training = null, Epochs = null }),
            trained = CompilePipeline.Compile(options, lines);
        AssertRegains(rounded, options, trained);
        Assert.All(trained.Policy.Layers, l => Assert.Equal((2, 2), (l.WeightBits, l.ActivationBits)));
        Assert.Equal(rounded.Cost.EnergyPj, trained.Cost.EnergyPj);
        Assert.Contains(lines.All, l => l.Contains($"epoch {TrainingEpochs}/{TrainingEpochs}  100 %  loss", StringComparison.Ordinal)
            && l.Contains("validation", StringComparison.Ordinal) && l.Contains("left", StringComparison.Ordinal));
        Assert.False(File.Exists(options.TrainingCheckpoint));
    }

    /// <summary>
    /// One training gains 18 of 512 samples with a standard deviation of 9 (sums of floats that differ in the last bit are enough
    /// for that), so the mean over seeds is asked for.
    /// </summary>
    private void AssertRegains(CompileResult rounded, CompileOptions options, CompileResult first)
    {
        int[] correct = [first.AccuracyCompiled!.Correct,
            .. new ulong[] { 2, 3, 4 }.Select(seed => CompilePipeline.Compile(options with { Seed = seed }).AccuracyCompiled!.Correct)];
        _output.WriteLine($"{rounded.AccuracyFloat!.Correct} float, {rounded.AccuracyCompiled!.Correct} rounded, "
            + $"{string.Join(' ', correct)} trained of {EvaluationSamples}");
        Assert.True(correct.Average() > rounded.AccuracyCompiled.Correct,
            $"{rounded.AccuracyCompiled.Correct} rounded, {string.Join(' ', correct)} trained");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Validation_data_judges_and_all_training_data_are_learnt_from(bool labelled)
    {
        CompileOptions options = Options() with { Validation = Data("validation.npz", 300, 6, labelled), Epochs = 2 };
        var lines = new ProgressLines();
        CompilePipeline.Compile(options, lines);
        Assert.Contains(lines.All, l => l.Contains($"training 2 epochs on {TrainingSamples} samples", StringComparison.Ordinal));
        Assert.Contains(lines.All, l => l.Contains("of 300 samples of the hold-out set", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_said_about_a_training_that_is_not_asked_for_is_an_error()
    {
        CompileOptions options = Options() with { Training = null, Epochs = null };
        foreach (CompileOptions wrong in new[] { options with { Validation = _evaluation },
            options with { Augmentation = new Augmentation { Flip = true } }, options with { LearningRate = 0.001 } })
        {
            CimException error = Assert.Throws<CimException>(() => CompilePipeline.Compile(wrong));
            Assert.Equal(ErrorCodes.WrongUsage, error.Code);
            Assert.Contains("set --training", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Images_are_shifted_and_mirrored_where_somebody_says_so()
    {
        CompileOptions options = Options() with { Epochs = 1 },
            augmented = options with { Augmentation = new Augmentation { Shift = 1, Flip = true } };
        string plain = Loss(options), moved = Loss(augmented);
        Assert.NotEqual(plain, moved);
        Assert.Equal(moved, Loss(augmented));
    }

    [Fact]
    public void The_learning_rate_is_that_which_was_asked_for()
    {
        CompileOptions options = Options() with { Epochs = 1 };
        string usual = Loss(options);
        Assert.Equal(usual, Loss(options with { LearningRate = QuantizationAwareOptions.DefaultLearningRate }));
        Assert.NotEqual(usual, Loss(options with { LearningRate = 0.001 }));
        foreach (double wrong in new[] { 0, -0.01, 1, double.NaN })
            Assert.Equal("CIM0010", Assert.Throws<CimException>(() => CompilePipeline.Compile(options with { LearningRate = wrong })).Code);
    }

    [Fact]
    public void Samples_that_are_no_images_are_not_moved()
    {
        TrainableNetwork network = TrainableNetwork.FromOnnx(Architecture.Build([64], ["linear 10"]));
        FreshWeights.Initialize(network, 1);
        CompileOptions options = Options() with
        {
            ModelPath = _folder.Write("flat.onnx", network.ToOnnx().ToByteArray()), Calibration = null, Evaluation = null,
                Augmentation = new Augmentation { Flip = true },
        };
        CimException error = Assert.Throws<CimException>(() => CompilePipeline.Compile(options));
        Assert.Equal(ErrorCodes.WrongUsage, error.Code);
        Assert.Contains("have 1 dimensions", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(options.OutputPath));
    }

    [Fact]
    public void Training_regains_what_narrow_strips_lose_at_the_same_cost()
    {
        CompileOptions options = Options() with
        {
            WeightBits = 8,
            ActivationBits = 8,
            Strips = StripOptions.Parse("0.85", null, "strip"),
            ReportDirectory = _folder.At("report"),
            ExportQdqPath = _folder.At("qdq.onnx"),
        };
        CompileResult rounded = CompilePipeline.Compile(options with { Training = null, Epochs = null }),
            trained = CompilePipeline.Compile(options);
        AssertRegains(
            rounded, options with { ReportDirectory = null, ExportQdqPath = null, OutputPath = _folder.At("other.cim") }, trained);
        Assert.Equal(rounded.Policy.Layers.Select(l => l.Layout), trained.Policy.Layers.Select(l => l.Layout));
        Assert.Contains(trained.Policy.Layers, l => l.Layout is LayerLayout.Strips);
        Assert.True(trained.Cost.Cells <= rounded.Cost.Cells, $"{rounded.Cost.Cells} cells rounded, {trained.Cost.Cells} trained");
        Assert.Contains("\"strips\"", File.ReadAllText(_folder.At("report/report.json")), StringComparison.Ordinal);
        using var exported = new FloatEvaluator(options.ExportQdqPath!);
        Accuracy again = exported.Evaluate(DataSet.Open(_evaluation, exported.Input.Ports, Preprocessing.None), 0, null, default);
        Assert.InRange(again.Correct, trained.AccuracyCompiled!.Correct - 1, trained.AccuracyCompiled.Correct + 1);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0.6")]
    public void A_training_that_is_cancelled_goes_on_where_it_was_and_ends_with_the_same_bytes(string? strips)
    {
        CompilePipeline.Compile(Options("whole.cim") with { Strips = StripOptions.Parse(strips, null, "strip") });
        using var source = new CancellationTokenSource();
        var lines = new ProgressLines(line =>
        {
            if (line.Contains("epoch 2/4  100 %", StringComparison.Ordinal) && line.Contains("validation", StringComparison.Ordinal))
                source.Cancel();
        });
        CompileOptions options = Options("parts.cim") with { Strips = StripOptions.Parse(strips, null, "strip") };
        Assert.ThrowsAny<OperationCanceledException>(() => CompilePipeline.Compile(options, lines, null, source.Token));
        Assert.True(File.Exists(options.TrainingCheckpoint));
        Assert.False(File.Exists(options.OutputPath));

        var rest = new ProgressLines();
        CompilePipeline.Compile(options, rest);
        Assert.DoesNotContain(rest.All, l => l.Contains("epoch 2/4", StringComparison.Ordinal));
        Assert.Equal(File.ReadAllBytes(_folder.At("whole.cim")), File.ReadAllBytes(options.OutputPath!));
        Assert.False(File.Exists(options.TrainingCheckpoint));
    }

    [Fact]
    public void Training_starts_from_the_integers_rounding_made()
    {
        Graph graph = OnnxImporter.Import(_trained, null);
        SampleSet samples = NoisyPatterns.Samples(64, 9);
        QuantizationPolicy policy = QuantizationPolicy.Uniform(MvmLayers.Find(graph).Select(l => l.NodeName), 3, 4);
        Graph rounded = new PostTrainingQuantizer(new QuantizerOptions())
            .Quantize(graph, GraphInput.Of(graph), new CalibrationData(samples.Values, 64, false), policy, null, default);
        QuantizedNetwork start = StartingPoint.Of(new TrainingStart(graph, rounded, policy), samples, null, default);
        foreach ((MvmLayer expected, QuantizedLayer actual) in MvmLayers.Find(rounded).Zip(start.Layers))
        {
            QuantizedWeights weights = QuantizedWeights.Read(rounded, expected)!;
            Assert.Equal(weights.Integers.Span<sbyte>().ToArray().Select(q => (int)q), actual.Codes());
            Assert.Equal(weights.Scales.ToArray(), actual.WeightStep.Values);
        }

        using var predictor = new Predictor(start.Network, 64);
        using var session = new OnnxSession(OnnxExporter.Export(rounded).ToByteArray(), "rounded");
        using var y = session.Run(GraphInput.Of(graph).Split(0, 64, samples.Values), [graph.Outputs[0]]);
        Assert.All(predictor.Predict(samples).Zip(y[0].GetTensorDataAsSpan<float>().ToArray()),
            pair => Assert.Equal(pair.Second, pair.First, 1e-3f));
    }

    [Theory]
    [InlineData("nearest")]
    [InlineData("compensated")]
    [InlineData("learned")]
    [InlineData("auto")]
    public void Every_rounding_keeps_most_of_the_accuracy_at_three_bits(string rounding)
    {
        CompileResult result = CompilePipeline.Compile(
            Options() with { Training = null, Epochs = null, WeightBits = 3, ActivationBits = 6, Rounding = rounding });
        _output.WriteLine($"{rounding}: {result.AccuracyFloat!.Correct} float, {result.AccuracyCompiled!.Correct} of {EvaluationSamples}");
        Assert.True(result.AccuracyCompiled.Correct >= 0.93 * result.AccuracyFloat.Correct, $"{result.AccuracyCompiled.Correct}");
        Assert.All(result.Policy.Layers, l => Assert.Equal((3, 6), (l.WeightBits, l.ActivationBits)));
    }

    [Fact]
    public void Rounding_that_cannot_be_learned_is_an_error_with_the_reason()
    {
        CompileOptions options = Options() with { Training = null, Epochs = null, Rounding = "learned" };
        Assert.Contains(
            "calibration samples", Refused(() => CompilePipeline.Compile(options with { Calibration = null })), StringComparison.Ordinal);
        Assert.Contains("strips of several widths",
            Refused(() => CompilePipeline.Compile(options with { Strips = new StripOptions(0.5, [2, 4], StripUnit.Strip) })),
            StringComparison.Ordinal);

        Graph graph = OnnxImporter.Import(_trained, null);
        GraphInput one = GraphInput.Of(graph);
        QuantizationPolicy policy = QuantizationPolicy.Uniform(MvmLayers.Find(graph).Select(l => l.NodeName), 4, 4);
        BlockRounding.Check(graph, one, policy, hasCalibration: true);
        var two = new GraphInput([one.Ports[0], one.Ports[0] with { Name = "second" }], 0);
        QuantizationPolicy cut = policy with
        {
            Layers = policy.Layers.SetItem(0, policy.Layers[0] with
            {
                Layout = new LayerLayout.Strips(StripWidths.Uniform(LayerShapes.Of(MvmLayers.Find(graph)[0]), 4, 128)),
            }),
        };
        Assert.Contains($"'{cut.Layers[0].Name}' has strips",
            Refused(() => BlockRounding.Check(graph, one, cut, hasCalibration: true)), StringComparison.Ordinal);
        Assert.Contains(
            "'second'", Refused(() => BlockRounding.Check(graph, two, policy, hasCalibration: true)), StringComparison.Ordinal);

        static string Refused(Action action)
        {
            CimException error = Assert.Throws<CimException>(action);
            Assert.Equal(ErrorCodes.WrongUsage, error.Code);
            return error.Message;
        }
    }

    [Fact]
    public void A_checkpoint_of_other_inputs_is_not_resumed()
    {
        CompileOptions options = Options() with { Epochs = 1 };
        CompilePipeline.Compile(options);
        byte[] expected = File.ReadAllBytes(options.OutputPath!);
        File.WriteAllBytes(options.TrainingCheckpoint!, [.. BitConverter.GetBytes(Checkpoint.Magic), .. "of another network"u8]);
        CompilePipeline.Compile(options);
        Assert.Equal(expected, File.ReadAllBytes(options.OutputPath!));
    }

    [Fact]
    public void A_file_that_is_no_checkpoint_is_left_alone()
    {
        CompileOptions options = Options() with { Epochs = 1 };
        File.WriteAllText(options.TrainingCheckpoint!, "notes of somebody");
        Assert.Equal(ErrorCodes.InvalidCheckpoint, Assert.Throws<CimException>(() => CompilePipeline.Compile(options)).Code);
        Assert.Equal("notes of somebody", File.ReadAllText(options.TrainingCheckpoint!));
    }

    [Fact]
    public void The_lock_file_knows_the_training()
    {
        CompileOptions options = Options() with { Epochs = 1, LockPath = _folder.At("net.lock.json") };
        CompilePipeline.Compile(options);
        foreach (CompileOptions changed in new[] { options with { Epochs = 2 }, options with { LearningRate = 0.001 } })
        {
            CimException e = Assert.Throws<CimException>(() => CompilePipeline.Compile(changed));
            Assert.Equal("CIM1010", e.Code);
            Assert.Contains("training", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_cannot_be_trained_is_an_error()
    {
        Assert.Equal("CIM0010", Assert.Throws<CimException>(() => CompilePipeline.Compile(Options() with { Training = null })).Code);
        Assert.Equal("CIM0010", Assert.Throws<CimException>(() => CompilePipeline.Compile(Options() with { Epochs = 0 })).Code);
        string quantized = _folder.At("qdq.onnx");
        CompilePipeline.Compile(Options() with { Training = null, Epochs = null, ExportQdqPath = quantized });
        CimException e = Assert.Throws<CimException>(() => CompilePipeline.Compile(Options() with { ModelPath = quantized }));
        Assert.Equal("CIM0010", e.Code);
        Assert.Contains("quantized", e.Message, StringComparison.Ordinal);
    }
}
