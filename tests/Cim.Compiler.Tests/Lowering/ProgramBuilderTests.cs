using Cim.Compiler.Export;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Mapping;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Execution;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace Cim.Compiler.Tests.Lowering;

/// <summary>The compiled network is the exported QDQ network, integer for integer.</summary>
public sealed class ProgramBuilderTests
{
    private static readonly HardwareProfile _isaac = HardwareProfiles.BuiltIn("isaac");

    private static Graph Quantize(Graph graph, int weightBits, int activationBits, int samples = 24) =>
        Quantize(graph, weightBits, activationBits, RandomNetworks.Samples(samples, GraphInput.Of(graph).SampleElements, 7), samples);

    private static Graph Quantize(Graph graph, int weightBits, int activationBits, float[] values, int samples)
    {
        GraphInput input = GraphInput.Of(graph);
        var data = new CalibrationData(values, samples, false);
        QuantizationPolicy policy = QuantizationPolicy.Uniform(MvmLayers.Find(graph).Select(l => l.NodeName), weightBits, activationBits);
        return new PostTrainingQuantizer(new QuantizerOptions()).Quantize(graph, input, data, policy, null, CancellationToken.None);
    }

    private static LoweredModel Lower(Graph quantized) => ProgramBuilder.Build(quantized,
        (layer, weights) => LayerMapper.Map(LayerShapes.Of(layer), weights.Bits, _isaac, weights.UsesMinimum), _ => 0);

    private static Dictionary<string, Tensor> Trace(LoweredModel lowered, float[] values, int count)
    {
        GraphInput input = GraphInput.Of(lowered.Graph);
        return ProgramTrace.Run(lowered.Program, _isaac, input.Split(0, count, values).Tensors(), Fidelity.Exact, 0);
    }

    /// <summary>The named values of the QDQ model in ONNX Runtime, as integers or floats.</summary>
    private static Dictionary<string, Tensor> Reference(Graph quantized, IEnumerable<string> values, float[] samples, int count)
    {
        GraphInput input = GraphInput.Of(quantized);
        string[] names = [.. values];
        using var session = new OnnxSession(OnnxExporter.Export(quantized with { Outputs = [.. names] }).ToByteArray(), "qdq");
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(input.Split(0, count, samples), names);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        for (int i = 0; i < names.Length; i++)
        {
            var shape = new Shape([.. results[i].GetTensorTypeAndShape().Shape.Select(d => (int)d)]);
            tensors[names[i]] = quantized.Values[names[i]].Type switch
            {
                ElementType.UInt8 => Tensor.Create(shape, results[i].GetTensorDataAsSpan<byte>()),
                ElementType.Int8 => Tensor.Create(shape, results[i].GetTensorDataAsSpan<sbyte>()),
                _ => Tensor.Create(shape, results[i].GetTensorDataAsSpan<float>()),
            };
        }

        return tensors;
    }

    private static string[] SharedIntegers(Graph quantized, Dictionary<string, Tensor> trace) =>
        [.. trace.Keys.Where(k => quantized.Values.TryGetValue(k, out ValueInfo? v) && v.Type is ElementType.UInt8 or ElementType.Int8)
            .Order(StringComparer.Ordinal)];

    [Theory]
    [InlineData(1, 8, 8)]
    [InlineData(2, 8, 8)]
    [InlineData(3, 4, 8)]
    [InlineData(4, 4, 4)]
    [InlineData(5, 2, 3)]
    [InlineData(6, 8, 2)]
    [InlineData(7, 5, 7)]
    public void Integers_equal_those_of_ONNX_Runtimes_integer_kernels(int seed, int weightBits, int activationBits)
    {
        Graph quantized = Quantize(RandomNetworks.Import(RandomNetworks.Chain(seed)), weightBits, activationBits);
        LoweredModel lowered = Lower(quantized);
        int elements = GraphInput.Of(quantized).SampleElements;
        float[] samples = RandomNetworks.Samples(16, elements, (ulong)seed + 100);
        Dictionary<string, Tensor> trace = Trace(lowered, samples, 16);
        string[] names = SharedIntegers(quantized, trace);
        Assert.True(names.Length >= 3, string.Join(" ", trace.Keys));
        Dictionary<string, Tensor> reference = Reference(quantized, names, samples, 16);
        foreach (string name in names)
            Assert.True(reference[name].Data.Span.SequenceEqual(trace[name].Data.Span), $"{name} differs");
    }

    [Theory]
    [InlineData(1, 8, 4)]
    [InlineData(2, 4, 5)]
    [InlineData(3, 3, 3)]
    [InlineData(4, 4, 7)]
    public void An_input_far_from_symmetric_has_a_zero_point_and_the_integers_of_ONNX_Runtime(int seed, int weightBits, int activationBits)
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(seed));
        int elements = GraphInput.Of(graph).SampleElements;
        Graph quantized = Quantize(graph, weightBits, activationBits, RandomNetworks.DarkImages(24, elements, 7), 24);
        LoweredModel lowered = Lower(quantized);
        QuantizationParameters first = lowered.Program.Layers[0].Input;
        Assert.Equal((false, activationBits), (first.Signed, first.Bits));
        Assert.InRange(first.ZeroPoint, 1, first.Max - 1);
        Assert.All(lowered.Program.Layers.Skip(1), l => Assert.Equal(0, l.Input.ZeroPoint));
        float[] samples = RandomNetworks.DarkImages(16, elements, (ulong)seed + 100);
        Dictionary<string, Tensor> trace = Trace(lowered, samples, 16);
        string[] names = SharedIntegers(quantized, trace);
        Dictionary<string, Tensor> reference = Reference(quantized, names, samples, 16);
        Assert.Contains(names, n => reference[n].Length == 16 * elements);
        foreach (string name in names)
            Assert.True(reference[name].Data.Span.SequenceEqual(trace[name].Data.Span), $"{name} differs");
    }

    [Theory]
    [InlineData(1, 8, 8)]
    [InlineData(2, 4, 8)]
    [InlineData(3, 4, 4)]
    public void Where_its_kernels_are_float_integers_differ_only_where_a_float_sum_rounds_the_other_way(
        int seed, int weightBits, int activationBits)
    {
        Graph quantized = Quantize(RandomNetworks.Import(RandomNetworks.Residual(seed)), weightBits, activationBits);
        LoweredModel lowered = Lower(quantized);
        float[] samples = RandomNetworks.Samples(32, GraphInput.Of(quantized).SampleElements, (ulong)seed + 100);
        Dictionary<string, Tensor> trace = Trace(lowered, samples, 32);
        Dictionary<string, Tensor> reference = Reference(quantized, SharedIntegers(quantized, trace).Append("y"), samples, 32);
        long all = 0, different = 0;
        foreach ((string name, Tensor expected) in reference.Where(r => r.Value.Type != ElementType.Float32))
            for (int i = 0; i < expected.Length; i++, all++)
            {
                int a = QuantizerNodes.Integer(expected, i), b = QuantizerNodes.Integer(trace[name], i);
                if (a == b) continue;
                different++;
                Assert.True(Math.Abs(a - b) <= 1, $"{name}[{i}] is {b}, expected {a}");
            }

        Assert.True(different <= all / 1000, $"{different} of {all} integers differ");
    }

    [Fact]
    public void Integers_flow_between_all_layers()
    {
        LoweredModel lowered = Lower(Quantize(RandomNetworks.Import(RandomNetworks.Chain(1)), 8, 8));
        string[] steps = [.. lowered.Program.Steps.Select(s => s.Op)];
        Assert.Equal(["QuantizeLinear", ProgramStep.CrossbarOp, ProgramStep.CrossbarOp, "MaxPool", "Flatten", ProgramStep.CrossbarOp,
            ProgramStep.CrossbarOp],
            steps.Select(s => s == "Reshape" ? "Flatten" : s));
        foreach (ProgramStep step in lowered.Program.Steps.Skip(1))
            Assert.True(lowered.Program.Values[step.Inputs[0]].Type is ElementType.UInt8 or ElementType.Int8);
    }

    [Theory]
    [InlineData(8, 8)]
    [InlineData(4, 6)]
    public void A_quantized_model_is_read_as_it_is(int weightBits, int activationBits)
    {
        // Exported and imported again the network is compiled to the same integers: nothing is quantized twice.
        Graph quantized = Quantize(RandomNetworks.Import(RandomNetworks.Residual(5)), weightBits, activationBits);
        Graph again = OnnxImporter.Import(OnnxExporter.Export(quantized).ToByteArray(), null);
        Graph kept = Quantize(again, 8, 8);
        float[] samples = RandomNetworks.Samples(8, GraphInput.Of(quantized).SampleElements, 3);
        LoweredModel first = Lower(quantized), second = Lower(kept);
        Assert.Equal(first.Program.Layers.Length, second.Program.Layers.Length);
        foreach ((Cim.Runtime.Crossbar.CrossbarLayer a, Cim.Runtime.Crossbar.CrossbarLayer b) in first.Program.Layers.Zip(
            second.Program.Layers))
        {
            Assert.True(a.Weights.Data.Span.SequenceEqual(b.Weights.Data.Span), a.Name);
            Assert.Equal(a.Bias.ToArray(), b.Bias.ToArray());
        }

        Assert.Equal(Trace(first, samples, 8)["y"].Span<float>().ToArray(), Trace(second, samples, 8)["y"].Span<float>().ToArray());
    }

    [Fact]
    public void Zero_points_of_a_given_quantization_are_kept()
    {
        // Asymmetric uint8 activations and uint8 weights around 128, as other tools export them.
        byte[] model = new ModelBuilder(opset: 13)
            .Input("x", -1, 6)
            .Scalar("xs", 0.05f).Constant("xz", Tensor.Scalar((byte)117))
            .Constant("wq", Tensor.Create<byte>(
                new Shape(3, 6), [1, 255, 128, 90, 140, 7, 200, 128, 64, 32, 250, 111, 128, 129, 127, 0, 255, 130]))
            .Scalar("ws", 0.01f).Constant("wz", Tensor.Scalar((byte)128))
            .Uniform("b", -0.5f, 0.5f, 3)
            .Scalar("ys", 0.04f).Constant("yz", Tensor.Scalar((byte)99))
            .Node("QuantizeLinear", "x xs xz", "xq").Node("DequantizeLinear", "xq xs xz", "xd")
            .Node("DequantizeLinear", "wq ws wz", "wd")
            .Node("dense", "Gemm", "xd wd b", "d", ("transB", 1))
            .Node("QuantizeLinear", "d ys yz", "yq").Node("DequantizeLinear", "yq ys yz", "y")
            .Output("y").Bytes;
        Graph graph = RandomNetworks.Import(model);
        Graph kept = Quantize(graph, 8, 8);
        LoweredModel lowered = Lower(kept);
        Cim.Runtime.Crossbar.CrossbarLayer layer = Assert.Single(lowered.Program.Layers);
        Assert.Equal((117, 99), (layer.Input.ZeroPoint, layer.Epilogue.Output!.ZeroPoint));
        float[] samples = [.. RandomNetworks.Samples(40, 6, 1).Select(v => v * 1.5f)];
        float[] expected = Reference(kept, ["y"], samples, 40)["y"].Span<float>().ToArray(),
            actual = Trace(lowered, samples, 40)["y"].Span<float>().ToArray();
        int different = expected.Zip(actual).Count(p => Math.Abs(p.First - p.Second) > 1e-6f);
        // The float bias is rounded to the accumulator's unit: a result on the edge may fall to the other side.
        Assert.True(different <= expected.Length / 50, $"{different} of {expected.Length}");
    }
}
