using System.Collections.Immutable;
using Cim.Compiler.ColumnSharing;
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
using Cim.Training.ColumnSharing;
using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Optimization;
using Cim.Training.Ort;
using Cim.Training.Quantization;
using Google.Protobuf;
using Xunit;

namespace Cim.Compiler.Tests.QuantizationAware;

/// <summary>Strips that share columns are trained as one, and compiled to the integers training made.</summary>
public sealed class SharedColumnTrainingTests
{
    private const int Count = 32;

    private static readonly HardwareProfile _hardware = HardwareProfiles.BuiltIn("nju-32");

    public static TheoryData<int, string, int> Cases =>
        new() { { 1, "group", 8 }, { 2, "spectral", 4 }, { 3, "spectral", 3 }, { 4, "group", 4 }, { 5, "mixed", 8 } };

    [Theory, MemberData(nameof(Cases))]
    public void Training_starts_from_the_integers_rounding_made(int seed, string method, int bits)
    {
        (Graph graph, Graph rounded, QuantizationPolicy policy, SampleSet samples) = Rounded(seed, method, bits);
        QuantizedNetwork start = StartingPoint.Of(new TrainingStart(graph, rounded, policy), samples, null, default);
        Assert.NotEmpty(SharedColumnStart.Of(start, rounded, policy));
        foreach ((MvmLayer expected, QuantizedLayer actual) in MvmLayers.Find(rounded).Zip(start.Layers))
            Assert.Equal(QuantizedWeights.Read(rounded, expected)!.Integers.Span<sbyte>().ToArray().Select(q => (int)q), actual.Codes());
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task What_is_compiled_after_training_is_the_training_graph_and_the_ties_still_hold(int seed, string method, int bits)
    {
        (Graph graph, Graph rounded, QuantizationPolicy policy, SampleSet samples) = Rounded(seed, method, bits);
        QuantizedNetwork network = StartingPoint.Of(new TrainingStart(graph, rounded, policy), samples, null, default);
        ImmutableArray<SharedColumnWeights> shared = SharedColumnStart.Of(network, rounded, policy);
        int[][] before = [.. network.Layers.Select(l => l.Codes())];
        var options = new TrainingOptions
        {
            Epochs = 2,
            BatchSize = 8,
            BatchStatistics = false,
            Optimizer = new OptimizerOptions { LearningRate = 0.05, StepRate = 0.1, ClipNorm = 5 },
        };
        await new Trainer(network.Network, samples, null, options) { SharedColumns = shared }.RunAsync();
        Assert.Contains(network.Layers.Zip(before), pair => !pair.First.Codes().SequenceEqual(pair.Second));

        Graph trained = OnnxImporter.Import(QuantizedExport.ToOnnx(network).ToByteArray(), null);
        LoweredModel lowered = new LayerLowering(PrequantizedPrecision.Apply(trained, policy), _hardware).Lower(trained);
        foreach ((QuantizedLayer expected, FusedLayer actual) in network.Layers.Zip(lowered.Layers))
            Assert.Equal(expected.Codes(), actual.Weights.Integers.Span<sbyte>().ToArray().Select(q => (int)q));
        Assert.All(lowered.Program.Layers, l => Assert.Null(BlockVerifier.Problem(l)));
        Assert.Contains(lowered.Program.Layers, l => l.Blocks.Any(b => b.Uses.Length > b.Columns));
        foreach (LayerPrecision layer in policy.Layers)
        {
            CrossbarLayer mapped = lowered.Program.Layers.First(l => l.Name == layer.Name);
            if (mapped.Blocks.IsEmpty) continue;
            long columns = new LayerLowering(policy, _hardware)
                .CostOf(LayerShapes.Of(MvmLayers.Find(graph).First(l => l.NodeName == layer.Name)), 1).Cells;
            Assert.True(mapped.Blocks.Sum(
                b => (long)b.Columns * b.Mapping.ColumnsPerOutput * b.Mapping.MappedRows(mapped.RowsPerGroup)) <= columns, layer.Name);
        }

        Tensor input = Tensor.Create<float>(new Shape([Count, .. samples.Shape.Select(d => (int)d)]), samples.Values);
        Dictionary<string, Tensor> compiled = ProgramTrace.Run(lowered.Program, _hardware, [input], Fidelity.Exact, 0);
        using Predictor predictor = network.CreatePredictor(Count);
        Assert.All(predictor.Predict(samples).Zip(compiled[trained.Outputs[0]].Span<float>().ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    private static (Graph Graph, Graph Rounded, QuantizationPolicy Policy, SampleSet Samples) Rounded(int seed, string method, int bits)
    {
        var random = new Random(seed);
        Graph graph = RandomNetworks.Import(seed % 2 == 0 ? RandomNetworks.Residual(seed) : RandomNetworks.Chain(seed));
        ImmutableArray<MvmLayer> layers = MvmLayers.Find(graph);
        QuantizationPolicy policy = QuantizationPolicy.Uniform(layers.Select(l => l.NodeName), bits, 8);
        if (method == "mixed")
            policy = new([.. policy.Layers.Select(p => layers.First(l => l.NodeName == p.Name) is { Groups: 1 } layer ? p with
            {
                Layout = new LayerLayout.Strips(StripText.Read(
                    string.Join('/', StripGrid.Of(LayerShapes.Of(layer), _hardware.Rows).Tiles.Select(
                        _ =>
                            string.Concat(
                            Enumerable.Range(0, layer.Outputs).Select(_ => random.Next(4) switch { 0 => 0, 1 => 8, _ => 4 })))),
                    LayerShapes.Of(layer), _hardware.Rows)),
            } : p)]);
        var table = new ColumnSharingTable(
            layers, policy, null,
            new ColumnSharingRules(
                _hardware, method == "spectral" ? ColumnSharingMethod.Spectral : ColumnSharingMethod.Group, (ulong)seed), null, default);
        policy = table.Apply(policy, table.Choose(0.6));
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
