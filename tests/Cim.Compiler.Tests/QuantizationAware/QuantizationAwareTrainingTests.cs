using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.QuantizationAware;
using Cim.Compiler.Strips;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Networks;
using Google.Protobuf;
using Xunit;

namespace Cim.Compiler.Tests.QuantizationAware;

/// <summary>A compilation with training samples trains the network with its quantizers before it maps it.</summary>
public sealed class QuantizationAwareTrainingTests : IDisposable
{
    private const int TrainingEpochs = 8;

    private readonly TrainingCompilation _net = new();
    private readonly ITestOutputHelper _output;

    public QuantizationAwareTrainingTests(ITestOutputHelper output) => _output = output;

    public void Dispose() => _net.Dispose();

    private static string Loss(CompileOptions asked)
    {
        var lines = new ProgressLines();
        CompilePipeline.Compile(asked, lines);
        string last = lines.All.Last(l => l.Contains("epoch 1/1  100 %", StringComparison.Ordinal));
        return last[..last.IndexOf("left", StringComparison.Ordinal)];
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Training_regains_what_few_bits_lose_with_labels_or_without(bool labelled)
    {
        CompileOptions options = _net.Options(labelled: labelled) with { Epochs = TrainingEpochs };
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
            + $"{string.Join(' ', correct)} trained of {TrainingCompilation.EvaluationSamples}");
        Assert.True(correct.Average() > rounded.AccuracyCompiled.Correct,
            $"{rounded.AccuracyCompiled.Correct} rounded, {string.Join(' ', correct)} trained");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Validation_data_judges_and_all_training_data_are_learnt_from(bool labelled)
    {
        CompileOptions options = _net.Options() with { Validation = _net.Data("validation.npz", 300, 6, labelled), Epochs = 2 };
        var lines = new ProgressLines();
        CompilePipeline.Compile(options, lines);
        string training = $"training 2 epochs on {TrainingCompilation.TrainingSamples} samples";
        Assert.Contains(lines.All, l => l.Contains(training, StringComparison.Ordinal));
        Assert.Contains(lines.All, l => l.Contains("of 300 samples of the hold-out set", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_said_about_a_training_that_is_not_asked_for_is_an_error()
    {
        CompileOptions options = _net.Options() with { Training = null, Epochs = null };
        foreach (CompileOptions wrong in new[] { options with { Validation = _net.Evaluation },
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
        CompileOptions options = _net.Options() with { Epochs = 1 },
            augmented = options with { Augmentation = new Augmentation { Shift = 1, Flip = true } };
        string plain = Loss(options), moved = Loss(augmented);
        Assert.NotEqual(plain, moved);
        Assert.Equal(moved, Loss(augmented));
    }

    [Fact]
    public void The_learning_rate_is_that_which_was_asked_for()
    {
        CompileOptions options = _net.Options() with { Epochs = 1 };
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
        CompileOptions options = _net.Options() with
        {
            ModelPath = _net.Folder.Write("flat.onnx", network.ToOnnx().ToByteArray()), Calibration = null, Evaluation = null,
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
        CompileOptions options = _net.Options() with
        {
            WeightBits = 8,
            ActivationBits = 8,
            Strips = StripOptions.Parse("0.85", null, "strip"),
            ReportDirectory = _net.Folder.At("report"),
            ExportQdqPath = _net.Folder.At("qdq.onnx"),
        };
        CompileResult rounded = CompilePipeline.Compile(options with { Training = null, Epochs = null }),
            trained = CompilePipeline.Compile(options);
        AssertRegains(
            rounded, options with { ReportDirectory = null, ExportQdqPath = null, OutputPath = _net.Folder.At("other.cim") }, trained);
        Assert.Equal(rounded.Policy.Layers.Select(l => l.Layout), trained.Policy.Layers.Select(l => l.Layout));
        Assert.Contains(trained.Policy.Layers, l => l.Layout is LayerLayout.Strips);
        Assert.True(trained.Cost.Cells <= rounded.Cost.Cells, $"{rounded.Cost.Cells} cells rounded, {trained.Cost.Cells} trained");
        Assert.Contains("\"strips\"", File.ReadAllText(_net.Folder.At("report/report.json")), StringComparison.Ordinal);
        using var exported = new FloatEvaluator(options.ExportQdqPath!);
        Accuracy again = exported.Evaluate(DataSet.Open(_net.Evaluation, exported.Input.Ports, Preprocessing.None), 0, null, default);
        Assert.InRange(again.Correct, trained.AccuracyCompiled!.Correct - 1, trained.AccuracyCompiled.Correct + 1);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0.6")]
    public void A_training_that_is_cancelled_goes_on_where_it_was_and_ends_with_the_same_bytes(string? strips)
    {
        CompilePipeline.Compile(_net.Options("whole.cim") with { Strips = StripOptions.Parse(strips, null, "strip") });
        using var source = new CancellationTokenSource();
        var lines = new ProgressLines(line =>
        {
            if (line.Contains("epoch 2/4  100 %", StringComparison.Ordinal) && line.Contains("validation", StringComparison.Ordinal))
                source.Cancel();
        });
        CompileOptions options = _net.Options("parts.cim") with { Strips = StripOptions.Parse(strips, null, "strip") };
        Assert.ThrowsAny<OperationCanceledException>(() => CompilePipeline.Compile(options, lines, null, source.Token));
        Assert.True(File.Exists(options.TrainingCheckpoint));
        Assert.False(File.Exists(options.OutputPath));

        var rest = new ProgressLines();
        CompilePipeline.Compile(options, rest);
        Assert.DoesNotContain(rest.All, l => l.Contains("epoch 2/4", StringComparison.Ordinal));
        Assert.Equal(File.ReadAllBytes(_net.Folder.At("whole.cim")), File.ReadAllBytes(options.OutputPath!));
        Assert.False(File.Exists(options.TrainingCheckpoint));
    }

    [Fact]
    public void A_checkpoint_of_other_inputs_is_not_resumed()
    {
        CompileOptions options = _net.Options() with { Epochs = 1 };
        CompilePipeline.Compile(options);
        byte[] expected = File.ReadAllBytes(options.OutputPath!);
        File.WriteAllBytes(options.TrainingCheckpoint!, [.. BitConverter.GetBytes(Checkpoint.Magic), .. "of another network"u8]);
        CompilePipeline.Compile(options);
        Assert.Equal(expected, File.ReadAllBytes(options.OutputPath!));
    }

    [Fact]
    public void A_file_that_is_no_checkpoint_is_left_alone()
    {
        CompileOptions options = _net.Options() with { Epochs = 1 };
        File.WriteAllText(options.TrainingCheckpoint!, "notes of somebody");
        Assert.Equal(ErrorCodes.InvalidCheckpoint, Assert.Throws<CimException>(() => CompilePipeline.Compile(options)).Code);
        Assert.Equal("notes of somebody", File.ReadAllText(options.TrainingCheckpoint!));
    }

    [Fact]
    public void The_lock_file_knows_the_training()
    {
        CompileOptions options = _net.Options() with { Epochs = 1, LockPath = _net.Folder.At("net.lock.json") };
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
        Assert.Equal("CIM0010", Assert.Throws<CimException>(() => CompilePipeline.Compile(_net.Options() with { Training = null })).Code);
        Assert.Equal("CIM0010", Assert.Throws<CimException>(() => CompilePipeline.Compile(_net.Options() with { Epochs = 0 })).Code);
        string quantized = _net.Folder.At("qdq.onnx");
        CompilePipeline.Compile(_net.Options() with { Training = null, Epochs = null, ExportQdqPath = quantized });
        CimException e = Assert.Throws<CimException>(() => CompilePipeline.Compile(_net.Options() with { ModelPath = quantized }));
        Assert.Equal("CIM0010", e.Code);
        Assert.Contains("quantized", e.Message, StringComparison.Ordinal);
    }
}
