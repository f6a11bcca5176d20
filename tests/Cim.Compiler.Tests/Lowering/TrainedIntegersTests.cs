using Cim.Compiler.Data;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Mapping;
using Cim.Compiler.Precision;
using Cim.Compiler.Tests.Support;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Execution;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Tensors;
using Cim.Training.Data;
using Cim.Training.Networks;
using Cim.Training.Ort;
using Cim.Training.Quantization;
using Google.Protobuf;
using Xunit;

namespace Cim.Compiler.Tests.Lowering;

/// <summary>A network trained with quantizers is compiled to just the integers it was trained with.</summary>
public sealed class TrainedIntegersTests(ITestOutputHelper output)
{
    private const int Batch = 117;

    private static readonly HardwareProfile _isaac = HardwareProfiles.BuiltIn("isaac");

    private static LoweredModel Lower(Graph quantized) => ProgramBuilder.Build(quantized,
        (layer, weights) => LayerMapper.Map(LayerShapes.Of(layer), weights.Bits, _isaac, weights.UsesMinimum), _ => 0);

    private static (
        QuantizedNetwork Network, SampleSet Samples) Train(byte[] model, int weightBits, int activationBits, int seed, int zeroPoint = 0)
    {
        TrainableNetwork network = TrainableNetwork.FromOnnx(ModelProto.Parser.ParseFrom(model));
        int elements = network.SampleShape.Aggregate(1, (product, dim) => product * (int)dim);
        var samples = new SampleSet(RandomNetworks.Samples(24, elements, (ulong)seed), network.SampleShape, null);
        var options = new QuantizationOptions
        {
            WeightBits = weightBits,
            ActivationBits = activationBits,
            EdgeBits = 0,
            ZeroPoints = new Dictionary<string, int> { [network.InputName] = zeroPoint },
        };
        return (QuantizedNetwork.Create(network, samples, options), samples);
    }

    [Theory]
    [InlineData(1, 8, 8)]
    [InlineData(2, 4, 4)]
    [InlineData(3, 3, 5)]
    [InlineData(4, 2, 3)]
    [InlineData(5, 1, 2)]
    public void The_compiler_keeps_the_integers_and_widths_of_training(int seed, int weightBits, int activationBits)
    {
        (QuantizedNetwork trained, _) = Train(RandomNetworks.Residual(seed), weightBits, activationBits, seed);
        LoweredModel lowered = Lower(OnnxImporter.Import(QuantizedExport.ToOnnx(trained).ToByteArray(), null));
        Assert.Equal(trained.Layers.Select(l => l.Name), lowered.Program.Layers.Select(l => l.Name));
        foreach ((QuantizedLayer expected, CrossbarLayer actual) in trained.Layers.Zip(lowered.Program.Layers))
        {
            Assert.Equal(expected.Codes(), actual.Weights.Span<sbyte>().ToArray().Select(q => (int)q));
            Assert.Equal(expected.WeightStep.Values, actual.WeightScales.ToArray());
            Assert.Equal(weightBits, actual.WeightBits);
            Assert.Equal(
                new QuantizationParameters(expected.Input.Step.Values[0], 0, activationBits, expected.Input.IsSigned), actual.Input);
        }
    }

    [Theory]
    [InlineData(1, 8, 8, 0)]
    [InlineData(2, 4, 4, 0)]
    [InlineData(3, 2, 3, 0)]
    [InlineData(4, 8, 8, 70)]
    [InlineData(5, 4, 4, 5)]
    [InlineData(6, 2, 3, 6)]
    public void Every_layer_sees_the_integers_of_the_training_graph(int seed, int weightBits, int activationBits, int inputZeroPoint)
    {
        (QuantizedNetwork trained, SampleSet samples) = Train(
            RandomNetworks.Residual(seed), weightBits, activationBits, seed, inputZeroPoint);
        Graph graph = OnnxImporter.Import(QuantizedExport.ToOnnx(trained).ToByteArray(), null);
        Dictionary<string, Tensor> compiled = Run(Lower(graph), samples);
        (long compared, long different) = Compare(trained, graph, samples, compiled);
        output.WriteLine($"{different} of {compared} integers differ");
        Assert.True(compared > 5000 && different <= compared / 5000, $"{different} of {compared}");
        using Predictor predictor = trained.CreatePredictor(samples.Count);
        Assert.All(
            predictor.Predict(samples).Zip(compiled["y"].Span<float>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    [Fact]
    public void ResNet20_predicts_what_its_training_graph_predicts_on_all_test_images()
    {
        if (SharedData.File("onnx/resnet20_cifar10.onnx") is not { } model
            || SharedData.File("cifar10/test_batch_first932.bin") is not { } images)
        {
            output.WriteLine("skipped: ../shared/data is absent");
            return;
        }

        TrainableNetwork network = TrainableNetwork.FromOnnx(ModelProto.Parser.ParseFrom(File.ReadAllBytes(model)));
        DataSet data = DataSet.Open(images, [3, 32, 32], Preprocessing.Parse("1/255", "0.485,0.456,0.406", "0.229,0.224,0.225"));
        SampleSet[] batches = [.. data.Batches(Batch).Select(b => new SampleSet(b.Values.ToArray(), network.SampleShape, null))];
        QuantizedNetwork trained = QuantizedNetwork.Create(
            network, batches[0], new QuantizationOptions { WeightBits = 4, ActivationBits = 4 });
        Graph graph = OnnxImporter.Import(QuantizedExport.ToOnnx(trained).ToByteArray(), null);
        LoweredModel lowered = Lower(graph);
        using Predictor predictor = trained.CreatePredictor(Batch);
        (long compared, long different, int images932, int agree) = (0, 0, 0, 0);
        foreach (SampleSet batch in batches)
        {
            Dictionary<string, Tensor> compiled = Run(lowered, batch);
            float[] expected = predictor.Predict(batch), actual = compiled[graph.Outputs[0]].Span<float>().ToArray();
            for (int i = 0; i < batch.Count; i++)
                if (Predictor.ArgMax(expected.AsSpan(i * 10, 10)) == Predictor.ArgMax(actual.AsSpan(i * 10, 10))) agree++;
            images932 += batch.Count;
            // Every integer of the first batch; for all images a minute more shows no other.
            if (batch == batches[0]) (compared, different) = Compare(trained, graph, batch, compiled);
        }

        output.WriteLine($"{agree} of {images932} predictions agree, {different} of {compared} integers differ");
        Assert.Equal((932, 932), (images932, agree));
        Assert.True(different <= compared / 100_000, $"{different} of {compared}");
    }

    private static Dictionary<string, Tensor> Run(LoweredModel lowered, SampleSet samples) => ProgramTrace.Run(
        lowered.Program, _isaac, [Tensor.Create<float>(new Shape([samples.Count, .. samples.Shape.Select(d => (int)d)]), samples.Values)],
        Fidelity.Exact, 0);

    /// <summary>Integers of all quantizers in both, and how many differ; any difference but one step at an edge fails.</summary>
    private static (long Compared, long Different) Compare(
        QuantizedNetwork trained, Graph graph, SampleSet samples, Dictionary<string, Tensor> compiled)
    {
        long compared = 0, different = 0;
        Node[] quantizers = [.. graph.Nodes.Where(n => n.Op == "QuantizeLinear" && compiled.ContainsKey(n.Outputs[0]))];
        Dictionary<string, float[]> values = Values(
            trained, [.. quantizers.Select(q => q.Inputs[0]).Where(v => v != trained.Network.InputName)], samples);
        values[trained.Network.InputName] = samples.Values;
        foreach (Node quantize in quantizers)
        {
            QuantizationParameters p = QuantizerNodes.Read(graph, quantize)!;
            float[] real = values[quantize.Inputs[0]];
            Tensor actual = compiled[quantize.Outputs[0]];
            Assert.Equal(real.Length, actual.Length);
            for (int i = 0; i < real.Length; i++)
            {
                float code = Math.Clamp(MathF.Round(real[i] / p.Scale, MidpointRounding.ToEven) + p.ZeroPoint, p.Min, p.Max);
                int difference = (int)code - QuantizerNodes.Integer(actual, i);
                compared++;
                if (difference == 0) continue;
                different++;
                // Scales are multiplied in another order: a value on the edge between two integers may fall to the other side.
                float edge = MathF.Abs((real[i] / p.Scale) - MathF.Floor(real[i] / p.Scale) - 0.5f);
                Assert.True(
                    Math.Abs(difference) == 1 && edge < 1e-4f, $"{quantize.Inputs[0]}[{i}]: {real[i] / p.Scale}, off by {difference}");
            }
        }

        return (compared, different);
    }

    private static Dictionary<string, float[]> Values(QuantizedNetwork network, string[] names, SampleSet samples)
    {
        var values = new Dictionary<string, float[]>(StringComparer.Ordinal);
        using var predictor = new Predictor(network.Network, Batch, names);
        predictor.ForEachBatch(
            samples, (name, count, array) => values[name] = array[..(array.Length / Batch * count)], CancellationToken.None);
        return values;
    }
}
