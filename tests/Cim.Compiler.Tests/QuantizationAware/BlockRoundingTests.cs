using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.QuantizationAware;
using Cim.Compiler.Strips;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.QuantizationAware;

/// <summary>Rounding that is learned block by block, beside the other ways to round.</summary>
public sealed class BlockRoundingTests(ITestOutputHelper output) : IDisposable
{
    private readonly TrainingCompilation _net = new();

    public void Dispose() => _net.Dispose();

    [Theory]
    [InlineData("nearest")]
    [InlineData("compensated")]
    [InlineData("learned")]
    [InlineData("auto")]
    public void Every_rounding_keeps_most_of_the_accuracy_at_three_bits(string rounding)
    {
        CompileResult result = CompilePipeline.Compile(
            _net.Options() with { Training = null, Epochs = null, WeightBits = 3, ActivationBits = 6, Rounding = rounding });
        int correct = result.AccuracyCompiled!.Correct;
        output.WriteLine($"{rounding}: {result.AccuracyFloat!.Correct} float, {correct} of {TrainingCompilation.EvaluationSamples}");
        Assert.True(correct >= 0.93 * result.AccuracyFloat.Correct, $"{correct}");
        Assert.All(result.Policy.Layers, l => Assert.Equal((3, 6), (l.WeightBits, l.ActivationBits)));
    }

    [Fact]
    public void Rounding_that_cannot_be_learned_is_an_error_with_the_reason()
    {
        CompileOptions options = _net.Options() with { Training = null, Epochs = null, Rounding = "learned" };
        Assert.Contains(
            "calibration samples", Refused(() => CompilePipeline.Compile(options with { Calibration = null })), StringComparison.Ordinal);
        Assert.Contains("strips of several widths",
            Refused(() => CompilePipeline.Compile(options with { Strips = new StripOptions(0.5, [2, 4], StripUnit.Strip) })),
            StringComparison.Ordinal);

        Graph graph = OnnxImporter.Import(TrainingCompilation.Trained, null);
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
}
