using System.Text.Json;
using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Data;
using Cim.Training.Engine;
using Cim.Training.Loop;
using Cim.Training.Losses;
using Cim.Training.Networks;
using Cim.Training.Ort;
using Xunit;

namespace Cim.Training.Tests.Differentiation;

/// <summary>Whole networks against numbers PyTorch computed in float64 (Assets/make-pytorch-numbers.py).</summary>
public sealed class AgreementWithPyTorch
{
    [Fact]
    public void Vision_transformer_block()
    {
        using JsonDocument expected = Asset("vit-block.json");
        TrainableNetwork network = TrainableNetwork.FromOnnx(VisionTransformer());
        using var engine = new OrtGradientEngine(new GradientRequest(network, new CrossEntropy(), 2) { Parts = 1 });
        float[] x = [.. Enumerable.Range(0, 80).Select(i => (float)Math.Cos(0.23 * i))];
        float loss = engine.Run(new Dictionary<string, float[]> { ["x"] = x, [Objective.Targets] = [1, 0, 0, 0, 0, 1] });
        Assert.Equal(expected.RootElement.GetProperty("loss").GetDouble(), loss, 2e-6);
        JsonElement gradients = expected.RootElement.GetProperty("gradients");
        Assert.Equal(14, network.Parameters.Count);
        for (int p = 0; p < network.Parameters.Count; p++)
        {
            double[] wanted = [.. gradients.GetProperty(network.Parameters[p].Name).EnumerateArray().Select(value => value.GetDouble())];
            Assert.Equal(wanted.Length, engine.Gradients[p].Length);
            for (int i = 0; i < wanted.Length; i++)
            {
                Assert.True(
                    Math.Abs(wanted[i] - engine.Gradients[p][i]) < 3e-6,
                    FormattableString.Invariant(
                        $"{network.Parameters[p].Name}[{i}]: {wanted[i]} expected, {engine.Gradients[p][i]} found"));
            }
        }
    }

    [SharedDataFact]
    public void ResNet20_with_fixed_statistics() => CompareResNet("fixed");

    [SharedDataFact]
    public void ResNet20_with_batch_statistics() => CompareResNet("batch");

    private static void CompareResNet(string mode)
    {
        using JsonDocument expected = Asset("resnet20.json");
        JsonElement numbers = expected.RootElement.GetProperty(mode);
        TrainableNetwork network = SharedData.ResNet20();
        if (mode == "batch")
            network = BatchStatistics.Insert(network).Network;
        SampleSet samples = SharedData.Images(16);
        using var engine = new OrtGradientEngine(new GradientRequest(network, new CrossEntropy(), 16) { Parts = 2 });
        var targets = new float[160];
        for (int i = 0; i < 16; i++)
            targets[(i * 10) + samples.Labels![i]] = 1;
        float loss = engine.Run(new Dictionary<string, float[]> { [network.InputName] = samples.Values, [Objective.Targets] = targets });
        double wantedLoss = numbers.GetProperty("loss").GetDouble();
        Assert.Equal(wantedLoss, loss, 1e-4 * wantedLoss + 1e-6);
        for (int p = 0; p < network.Parameters.Count; p++)
        {
            JsonElement wanted = numbers.GetProperty("gradients").GetProperty(network.Parameters[p].Name);
            double norm = wanted.GetProperty("norm").GetDouble();
            double found = Math.Sqrt(engine.Gradients[p].Sum(value => (double)value * value));

            // Rounding of 20 float32 layers; a Relu whose input is rounded across zero moves a gradient by a few 1e-4 of its norm.
            double tolerance = (2e-3 * norm) + 1e-9;
            Assert.True(Math.Abs(norm - found) < tolerance,
                FormattableString.Invariant($"{network.Parameters[p].Name}: norm {norm} expected, {found} found"));
            int i = 0;
            foreach (JsonElement value in wanted.GetProperty("first").EnumerateArray())
                Assert.Equal(value.GetDouble(), engine.Gradients[p][i++], tolerance);
        }
    }

    private static JsonDocument Asset(string name) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Assets", name)));

    private static ModelProto VisionTransformer()
    {
        const long Batch = -1;
        const long Tokens = 5;
        const long Width = 8;
        var builder = new GraphBuilder("vit");
        string Parameter(string name, int phase, params long[] dims)
        {
            float[] values = [.. Enumerable.Range(0, (int)Tensors.Count(dims)).Select(i => (float)(0.4 * Math.Sin((0.37 * i) + phase)))];
            return builder.Initializer(Tensors.Float(name, values, dims));
        }

        string Dense(string value, string weight, string bias) => builder.Op("Add", builder.Op("MatMul", value, weight), bias);
        string Norm(string value, string scale, string bias) =>
            builder.Op("LayerNormalization", [value, scale, bias], Attributes.Float("epsilon", 1e-5f));
        string Heads(string value) => builder.Op(
            "Transpose", [builder.Op("Reshape", value, builder.Ints(0, 0, 2, 4))], Attributes.Ints("perm", 0, 2, 1, 3));
        string x = builder.Input("x", [Batch, Tokens, Width]);
        string h = Norm(x, Parameter("ln1.scale", 1, 8), Parameter("ln1.bias", 2, 8));
        NodeProto split = builder.Node(
            "Split", [Dense(h, Parameter("qkv.weight", 3, 8, 24), Parameter("qkv.bias", 4, 24)), builder.Ints(8, 8, 8)], 3);
        split.Attribute.Add(Attributes.Int("axis", -1));
        string keys = builder.Op("Transpose", [Heads(split.Output[1])], Attributes.Ints("perm", 0, 1, 3, 2));
        string scores = builder.Op("Mul", builder.Op("MatMul", Heads(split.Output[0]), keys), builder.Scalar(0.5));
        string attention = builder.Op("Softmax", [scores], Attributes.Int("axis", -1));
        string mixed = builder.Op(
            "Transpose", [builder.Op("MatMul", attention, Heads(split.Output[2]))], Attributes.Ints("perm", 0, 2, 1, 3));
        string merged = builder.Op("Reshape", mixed, builder.Ints(0, 0, 8));
        string x1 = builder.Op("Add", x, Dense(merged, Parameter("out.weight", 5, 8, 8), Parameter("out.bias", 6, 8)));
        string h2 = Norm(x1, Parameter("ln2.scale", 7, 8), Parameter("ln2.bias", 8, 8));
        string gelu = builder.Op("Gelu", Dense(h2, Parameter("mlp1.weight", 9, 8, 16), Parameter("mlp1.bias", 10, 16)));
        string x2 = builder.Op("Add", x1, Dense(gelu, Parameter("mlp2.weight", 11, 16, 8), Parameter("mlp2.bias", 12, 8)));
        string mean = builder.Op("ReduceMean", [x2], Attributes.Ints("axes", 1), Attributes.Int("keepdims", 0));
        builder.Output(
            builder.Op("Gemm", [mean, Parameter("head.weight", 13, 3, 8), Parameter("head.bias", 14, 3)], Attributes.Int("transB", 1)));

        // Gelu is an operator of opset 20; everything else here has the same form in 17 and 20 but ReduceMean, which import handles.
        return builder.Build(20);
    }
}
