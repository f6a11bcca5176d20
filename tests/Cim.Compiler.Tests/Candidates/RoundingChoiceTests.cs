using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Cim.Compiler.Calibration;
using Cim.Compiler.Export;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Google.Protobuf;
using Xunit;

namespace Cim.Compiler.Tests.Candidates;

/// <summary>Where there are calibration samples and nothing else, the better of equalized, compensated and learned rounding is the
/// default.</summary>
public sealed class RoundingChoiceTests : IDisposable
{
    private static readonly byte[] _trained = NoisyPatterns.Network(
        1024, 4, 0.03, "conv 8 3x3 pad 1", "relu", "conv 8 3x3 pad 1", "relu", "linear 10");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_comes_nearest_to_the_float_network_is_kept()
    {
        (CompileResult result, List<string> lines) = Compile(_trained, Options(3, 4));
        (string Method, double Divergence, bool Kept)[] tried = [
            .. lines.Select(l => Regex.Match(l, "^([a-z ]+): divergence ([-+.0-9E]+)(, not retained)?"))
            .Where(m => m.Success).Select(
                m => (m.Groups[1].Value, double.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture), !m.Groups[3].Success))];
        Assert.Equal(["compensated", "equalized compensated"], tried.Take(2).Select(t => t.Method));
        Assert.EndsWith("learned", tried[2].Method, StringComparison.Ordinal);
        double least = double.PositiveInfinity;
        foreach ((_, double divergence, bool kept) in tried)
        {
            Assert.Equal(divergence < least, kept);
            least = Math.Min(least, divergence);
        }

        Assert.Equal(tried.Last(t => t.Kept).Method, result.Rounding);
        Assert.True(result.AccuracyCompiled!.Correct >= 0.9 * result.AccuracyFloat!.Correct,
            $"{result.AccuracyCompiled.Correct} of {result.AccuracyFloat.Correct}");
    }

    [Fact]
    public void Unequal_channels_are_equalized()
    {
        // With a method of its own for ranges, because scaled channels would be equal already.
        byte[] unequal = Unequal(_trained);
        CompileOptions options = Options(8, 3) with { Range = RangeMethod.MeanSquaredError };
        (CompileResult asked, _) = Compile(unequal, options with { Rounding = "compensated" });
        (CompileResult chosen, _) = Compile(unequal, options);
        Assert.Equal("equalized compensated", chosen.Rounding);
        Assert.True(chosen.AccuracyCompiled!.Correct > asked.AccuracyCompiled!.Correct,
            $"{asked.AccuracyCompiled.Correct}, then {chosen.AccuracyCompiled.Correct}");

        // Each layer's error is told against the float layer whose channels are equalized too.
        Assert.All(chosen.Report.Layers, l => Assert.InRange(l.RelativeL2Error!.Value, 0, 0.5));
    }

    [Theory]
    [InlineData(8, 8, "auto", 256, "compensated")]
    [InlineData(4, 4, "auto", 40, "compensated")]
    [InlineData(4, 4, "nearest", 256, "nearest")]
    public void There_is_nothing_to_choose(int weightBits, int activationBits, string rounding, int samples, string expected)
    {
        (CompileResult result, List<string> lines) = Compile(
            _trained, Options(weightBits, activationBits) with { Rounding = rounding, CalibrationSamples = samples });
        Assert.Equal(expected, result.Rounding);
        Assert.DoesNotContain(lines, l => l.Contains("divergence", StringComparison.Ordinal));
    }

    [Fact]
    public void Weights_that_were_pruned_stay_zero()
    {
        Graph graph = OnnxImporter.Import(_trained, null);
        MvmLayer layer = MvmLayers.Find(graph)[1];
        float[] weights = graph.Constants[layer.WeightName].Span<float>().ToArray();
        for (int i = 0; i < weights.Length; i++)
            if (i % 3 == 0) weights[i] = 0;
        byte[] pruned = OnnxExporter.Export(graph with { Constants = graph.Constants.SetItem(
            layer.WeightName, Tensor.Create<float>(graph.Constants[layer.WeightName].Shape, weights)) }).ToByteArray();
        (CompileResult result, _) = Compile(pruned, Options(3, 8) with { Rounding = "learned", ExportQdqPath = _folder.At("qdq.onnx") });
        Assert.Equal("learned", result.Rounding);
        Graph quantized = OnnxImporter.Import(File.ReadAllBytes(_folder.At("qdq.onnx")), null);
        MvmLayer found = MvmLayers.Find(quantized)[1];
        ReadOnlySpan<float> expected = MvmLayers.Find(OnnxImporter.Import(pruned, null))[1].WeightMatrix.Span<float>(),
            actual = found.WeightMatrix.Span<float>();
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            if (expected[i] == 0) Assert.Equal(0, actual[i]);
    }

    [Fact]
    public void The_same_samples_give_the_same_bytes()
    {
        CompileOptions options = Options(3, 4);
        byte[][] made = [.. Enumerable.Range(0, 2).Select(_ =>
        {
            Compile(_trained, options);
            return File.ReadAllBytes(options.OutputPath!);
        })];
        Assert.Equal(made[0], made[1]);
    }

    private (CompileResult Result, List<string> Lines) Compile(byte[] network, CompileOptions options)
    {
        var lines = new ProgressLines();
        return (CompilePipeline.Compile(options with { ModelPath = _folder.Write("net.onnx", network) }, lines), lines.All);
    }

    private CompileOptions Options(int weightBits, int activationBits) => new()
    {
        ModelPath = "", OutputPath = _folder.At("net.cim"), Calibration = Data("calibration.npz", 512, 3, labelled: false),
            Evaluation = Data("evaluation.npz", 512, 5, labelled: true),
        WeightBits = weightBits, ActivationBits = activationBits,
    };

    private string Data(string name, int count, ulong seed, bool labelled) => NoisyPatterns.Write(_folder, name, count, seed, labelled);

    /// <summary>The same function with channels of very different size between the layers.</summary>
    private static byte[] Unequal(byte[] network)
    {
        Graph graph = OnnxImporter.Import(network, null);
        foreach (ChannelPair pair in ChannelPair.Find(graph))
        {
            ImmutableDictionary<string, Tensor> constants = graph.Constants;
            pair.Scale(name => constants[name], [.. Enumerable.Range(0, pair.First.Outputs).Select(c => c == 0 ? -4 : 1)],
                (name, tensor) => constants = constants.SetItem(name, tensor));
            graph = graph with { Constants = constants };
        }

        return OnnxExporter.Export(graph).ToByteArray();
    }
}
