using System.Collections.Immutable;
using Cim.Compiler.Export;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.QuantizationAware;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Execution;
using Cim.Runtime.Format;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Tensors;
using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Optimization;
using Cim.Training.Ort;
using Cim.Training.Quantization;
using Google.Protobuf;
using Xunit;

namespace Cim.Compiler.Tests.QuantizationAware;

/// <summary>Layers whose strips differ in width are trained from the integers rounding made, and compiled to the integers training
/// made.</summary>
public sealed class StripTrainingTests
{
    private const int Rows = 16, Count = 32;

    private static readonly HardwareProfile _hardware = HardwareProfiles.BuiltIn("isaac") with { Rows = Rows };

    private static readonly int[] _offered = [8, 6, 4, 3, 2, 0];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 6)];

    [Theory, MemberData(nameof(Seeds))]
    public void Training_starts_from_the_integers_and_scales_rounding_made(int seed)
    {
        (Graph graph, Graph rounded, QuantizationPolicy policy, SampleSet samples) = Rounded(seed);
        QuantizedNetwork start = StartingPoint.Of(new TrainingStart(graph, rounded, policy), samples, null, default);
        Assert.Contains(start.Layers, l => l.HasStrips);
        foreach ((MvmLayer expected, QuantizedLayer actual) in MvmLayers.Find(rounded).Zip(start.Layers))
        {
            QuantizedWeights weights = QuantizedWeights.Read(rounded, expected)!;
            Assert.Equal(weights.Integers.Span<sbyte>().ToArray().Select(q => (int)q), actual.Codes());
            Assert.Equal(weights.Scales.ToArray(), actual.WeightStep.Values);
            // Within their integers weights lie where the float network has them.
            int[] codes = actual.Codes();
            int inputs = codes.Length / weights.Scales.Length;
            if (actual.HasStrips)
                Assert.Contains(Enumerable.Range(0, codes.Length),
                    i => Math.Abs((actual.Weights.Values[i] / weights.Scales[i / inputs]) - codes[i]) > 0.01f);
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task What_is_compiled_after_training_is_the_training_graph_integer_for_integer(int seed)
    {
        (Graph graph, Graph rounded, QuantizationPolicy policy, SampleSet samples) = Rounded(seed);
        QuantizedNetwork network = StartingPoint.Of(new TrainingStart(graph, rounded, policy), samples, null, default);
        int[][] before = [.. network.Layers.Select(l => l.Codes())];
        var options = new TrainingOptions
        {
            Epochs = 2,
            BatchSize = 8,
            BatchStatistics = false,
            Optimizer = new OptimizerOptions { LearningRate = 0.05, StepRate = 0.1, ClipNorm = 5 },
        };
        await new Trainer(network.Network, samples, null, options).RunAsync();
        Assert.Contains(network.Layers.Zip(before), pair => !pair.First.Codes().SequenceEqual(pair.Second));

        Graph trained = OnnxImporter.Import(QuantizedExport.ToOnnx(network).ToByteArray(), null);
        LoweredModel lowered = new LayerLowering(PrequantizedPrecision.Apply(trained, policy), _hardware).Lower(trained);
        foreach ((QuantizedLayer expected, FusedLayer actual) in network.Layers.Zip(lowered.Layers))
        {
            Assert.Equal(expected.Codes(), actual.Weights.Integers.Span<sbyte>().ToArray().Select(q => (int)q));
            Assert.Equal(expected.WeightStep.Values, actual.Weights.Scales.ToArray());
        }

        Assert.All(lowered.Program.Layers, l => Assert.Null(BlockVerifier.Problem(l)));
        Assert.Contains(lowered.Program.Layers, l => l.Blocks.Select(b => b.WeightBits).Distinct().Count() > 1);
        Tensor input = Tensor.Create<float>(new Shape([Count, .. samples.Shape.Select(d => (int)d)]), samples.Values);
        Dictionary<string, Tensor> compiled = ProgramTrace.Run(lowered.Program, _hardware, [input], Fidelity.Exact, 0);
        Compare(network, trained, samples, compiled);
        using Predictor predictor = network.CreatePredictor(Count);
        Assert.All(predictor.Predict(samples).Zip(compiled[trained.Outputs[0]].Span<float>().ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, 1e-4f));

        // The exported model is the same network in ONNX Runtime.
        using var session = new OnnxSession(OnnxExporter.Export(trained).ToByteArray(), "trained");
        using var scores = session.Run(GraphInput.Of(trained).Split(0, Count, samples.Values), [session.Outputs[0]]);
        Assert.All(scores[0].GetTensorDataAsSpan<float>().ToArray().Zip(compiled[trained.Outputs[0]].Span<float>().ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
    }

    /// <summary>The integers of every quantized activation; only a value on the very edge between two may fall to the other side.</summary>
    private static void Compare(QuantizedNetwork network, Graph graph, SampleSet samples, Dictionary<string, Tensor> compiled)
    {
        Node[] quantizers = [.. graph.Nodes.Where(
            n => n.Op == "QuantizeLinear" && n.Inputs[0] != network.Network.InputName && compiled.ContainsKey(n.Outputs[0]))];
        Assert.NotEmpty(quantizers);
        var values = new Dictionary<string, float[]>(StringComparer.Ordinal);
        using var predictor = new Predictor(network.Network, Count, [.. quantizers.Select(q => q.Inputs[0])], parts: 1);
        predictor.ForEachBatch(samples, (name, _, array) => values[name] = [.. array], CancellationToken.None);
        foreach (Node quantize in quantizers)
        {
            QuantizationParameters p = QuantizerNodes.Read(graph, quantize)!;
            float[] real = values[quantize.Inputs[0]];
            for (int i = 0; i < real.Length; i++)
            {
                float scaled = real[i] / p.Scale, code = Math.Clamp(MathF.Round(scaled, MidpointRounding.ToEven), p.Min, p.Max);
                int difference = (int)code - QuantizerNodes.Integer(compiled[quantize.Outputs[0]], i);
                Assert.True(difference == 0
                    || (Math.Abs(difference) == 1 && MathF.Abs(scaled - MathF.Floor(scaled) - 0.5f) < 1e-4f),
                    $"{quantize.Inputs[0]}[{i}]: {scaled}, off by {difference}");
            }
        }
    }

    /// <summary>A network with random widths strip by strip, an output that is pruned whole among them, rounded with error
    /// compensation.</summary>
    private static (Graph Graph, Graph Rounded, QuantizationPolicy Policy, SampleSet Samples) Rounded(int seed)
    {
        var random = new Random(seed);
        Graph graph = RandomNetworks.Import(seed % 2 == 0 ? RandomNetworks.Residual(seed) : RandomNetworks.Chain(seed));
        QuantizationPolicy policy = QuantizationPolicy.Uniform(MvmLayers.Find(graph).Select(l => l.NodeName), 8, 8);
        policy = new([.. policy.Layers.Select(p =>
        {
            MvmLayer layer = MvmLayers.Find(graph).First(l => l.NodeName == p.Name);
            if (layer.Groups != 1) return p with { WeightBits = 4 };
            StripGrid grid = StripGrid.Of(LayerShapes.Of(layer), Rows);
            return p with
            {
                Layout = new LayerLayout.Strips(new StripWidths(grid, [.. grid.Tiles.Select(
                    _ => Enumerable.Range(0, layer.Outputs).Select(o => o == 1 ? 0 : _offered[random.Next(_offered.Length)])
                        .ToImmutableArray())])),
            };
        })]);
        GraphInput input = GraphInput.Of(graph);
        float[] values = RandomNetworks.Samples(Count, input.SampleElements, (ulong)seed);
        Graph rounded = new PostTrainingQuantizer(new QuantizerOptions())
            .Quantize(graph, input, new CalibrationData(values, Count, false), policy, null, default);
        int classes = graph.Values[graph.Outputs[0]].Shape.Dims[^1];
        return (graph, rounded, policy,
            new SampleSet(
            values, [.. input.Ports[0].SampleDims.Select(d => (long)d)], [.. Enumerable.Range(0, Count).Select(i => i % classes)]));
    }
}
