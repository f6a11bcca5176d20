using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Data;
using Cim.Training.Networks;

namespace Cim.Training.Torch.Tests.Networks;

/// <summary>Networks of the kinds that are trained, with fresh weights.</summary>
internal static class LargerNetworks
{
    /// <summary>ResNet-20 (He et al., arXiv 1512.03385, section 4.2).</summary>
    public static TrainableNetwork ResNet20(int classes = 10, int size = 32)
    {
        var layers = new Layers("resnet20");
        string x = layers.Builder.Input("x", [-1, 3, size, size]);
        x = layers.Relu(layers.Normalized(layers.Conv(x, 3, 16, 3, 1), 16));
        int width = 16;
        foreach (int outputs in new[] { 16, 32, 64 })
        {
            for (int block = 0; block < 3; block++)
            {
                int stride = block == 0 && outputs > 16 ? 2 : 1;
                string y = layers.Relu(layers.Normalized(layers.Conv(x, width, outputs, 3, stride), outputs));
                y = layers.Normalized(layers.Conv(y, outputs, outputs, 3, 1), outputs);
                string shortcut = width == outputs ? x : layers.Normalized(layers.Conv(x, width, outputs, 1, stride), outputs);
                (x, width) = (layers.Relu(layers.Builder.Op("Add", y, shortcut)), outputs);
            }
        }

        return layers.Head(layers.Builder.Op("GlobalAveragePool", x), width, classes);
    }

    /// <summary>Inverted residuals with depthwise convolutions (Sandler et al., arXiv 1801.04381).</summary>
    public static TrainableNetwork Mobile(int size = 16)
    {
        var layers = new Layers("mobile");
        string x = layers.Clipped(layers.Normalized(layers.Conv(layers.Builder.Input("x", [-1, 3, size, size]), 3, 8, 3, 2), 8));
        foreach ((int inputs, int outputs, int stride) in new[] { (8, 8, 1), (8, 12, 2), (12, 12, 1) })
        {
            string y = layers.Clipped(layers.Normalized(layers.Conv(x, inputs, 3 * inputs, 1, 1), 3 * inputs));
            y = layers.Clipped(layers.Normalized(layers.Conv(y, 3 * inputs, 3 * inputs, 3, stride, group: 3 * inputs), 3 * inputs));
            y = layers.Normalized(layers.Conv(y, 3 * inputs, outputs, 1, 1), outputs);
            x = inputs == outputs && stride == 1 ? layers.Builder.Op("Add", x, y) : y;
        }

        return layers.Head(layers.Builder.Op("GlobalAveragePool", x), 12, 10);
    }

    /// <summary>A transformer block over 5 tokens of 8 numbers, with two heads (Dosovitskiy et al., arXiv 2010.11929).</summary>
    public static TrainableNetwork VisionTransformer()
    {
        var layers = new Layers("vit");
        GraphBuilder builder = layers.Builder;
        string x = builder.Input("x", [-1, 5, 8]);
        string h = layers.LayerNormalized(x, 8);
        NodeProto split = builder.Node("Split", [layers.Dense(h, 8, 24), builder.Ints(8, 8, 8)], 3);
        split.Attribute.Add(Attributes.Int("axis", -1));
        string keys = builder.Op("Transpose", [Heads(split.Output[1])], Attributes.Ints("perm", 0, 1, 3, 2));
        string scores = builder.Op("Mul", builder.Op("MatMul", Heads(split.Output[0]), keys), builder.Scalar(0.5));
        string attention = builder.Op("Softmax", [scores], Attributes.Int("axis", -1));
        string mixed = builder.Op(
            "Transpose", [builder.Op("MatMul", attention, Heads(split.Output[2]))], Attributes.Ints("perm", 0, 2, 1, 3));
        string x1 = builder.Op("Add", x, layers.Dense(builder.Op("Reshape", mixed, builder.Ints(0, 0, 8)), 8, 8));
        string gelu = builder.Op("Gelu", layers.Dense(layers.LayerNormalized(x1, 8), 8, 16));
        string x2 = builder.Op("Add", x1, layers.Dense(gelu, 16, 8));
        string mean = builder.Op("ReduceMean", [x2], Attributes.Ints("axes", 1), Attributes.Int("keepdims", 0));
        return layers.Finish(layers.Dense(mean, 8, 10), 20);

        string Heads(string value) => builder.Op(
            "Transpose", [builder.Op("Reshape", value, builder.Ints(0, 0, 2, 4))], Attributes.Ints("perm", 0, 2, 1, 3));
    }

    /// <summary>A gated recurrent unit (Cho et al., arXiv 1406.1078) over 6 steps, unrolled: every step uses the same weights.</summary>
    public static TrainableNetwork GatedRecurrentUnit()
    {
        const int Steps = 6, Inputs = 5, Width = 8;
        var layers = new Layers("gru");
        GraphBuilder builder = layers.Builder;
        NodeProto steps = builder.Node("Split", [builder.Input("x", [-1, Steps, Inputs])], Steps);
        steps.Attribute.Add(Attributes.Int("axis", 1));
        string[] w = [.. "zrn".Select(gate => layers.Weight($"w{gate}", Inputs, Width))];
        string[] r = [.. "zrn".Select(gate => layers.Weight($"r{gate}", Width, Width))];
        string[] b = [.. "zrn".Select(gate => layers.Constant($"b{gate}", 0.1f, Width))];
        string? h = null;
        foreach (string step in steps.Output)
        {
            string x = builder.Op("Reshape", step, builder.Ints(-1, Inputs));
            string state = h ??= builder.Op("Mul", builder.Op("MatMul", x, w[0]), builder.Scalar(0));
            string update = builder.Op("Sigmoid", Gate(x, state, 0)), reset = builder.Op("Sigmoid", Gate(x, state, 1));
            string candidate = builder.Op("Tanh", Gate(x, builder.Op("Mul", reset, state), 2));
            string kept = builder.Op("Mul", update, state);
            h = builder.Op("Add", kept, builder.Op("Mul", builder.Op("Sub", builder.Scalar(1), update), candidate));
        }

        return layers.Finish(layers.Dense(h!, Width, 10), 17);

        string Gate(string x, string state, int gate) => builder.Op(
            "Add", builder.Op("Add", builder.Op("MatMul", x, w[gate]), builder.Op("MatMul", state, r[gate])), b[gate]);
    }

    /// <summary>Samples of random numbers and labels for a network.</summary>
    public static SampleSet Samples(TrainableNetwork network, int count, int seed, int classes = 10)
    {
        var random = new Random(seed);
        int elements = (int)Tensors.Count([.. network.SampleShape]);
        return new SampleSet(
            [.. Enumerable.Range(0, count * elements).Select(_ => (float)((2 * random.NextDouble()) - 1))], network.SampleShape,
            [.. Enumerable.Range(0, count).Select(_ => random.Next(classes))]);
    }

    private sealed class Layers(string name)
    {
        private int _count;

        public GraphBuilder Builder { get; } = new(name);

        public string Weight(string name, params long[] dims) => Builder.Initializer(
            Tensors.Float($"{name}.{_count++}", new float[Tensors.Count(dims)], dims));

        public string Constant(string name, float value, params long[] dims)
        {
            var values = new float[Tensors.Count(dims)];
            Array.Fill(values, value);
            return Builder.Initializer(Tensors.Float($"{name}.{_count++}", values, dims));
        }

        public string Conv(string x, int inputs, int outputs, int kernel, int stride, int group = 1) => Builder.Op(
            "Conv", [x, Weight("conv", outputs, inputs / group, kernel, kernel)],
            Attributes.Ints("kernel_shape", kernel, kernel), Attributes.Ints("strides", stride, stride),
            Attributes.Ints("pads", kernel / 2, kernel / 2, kernel / 2, kernel / 2), Attributes.Int("group", group));

        public string Normalized(string x, int channels) => Builder.Op(
            "BatchNormalization",
            [
                x, Constant("scale", 1, channels), Constant("shift", 0, channels), Constant("mean", 0, channels),
                Constant("var", 1, channels),
            ]);

        public string LayerNormalized(string x, int width) =>
            Builder.Op("LayerNormalization", [x, Constant("scale", 1, width), Constant("shift", 0, width)]);

        public string Relu(string x) => Builder.Op("Relu", x);

        public string Clipped(string x) => Builder.Op("Clip", x, Builder.Scalar(0), Builder.Scalar(6));

        public string Dense(string x, int inputs, int outputs) =>
            Builder.Op("Add", Builder.Op("MatMul", x, Weight("dense", inputs, outputs)), Constant("bias", 0, outputs));

        public TrainableNetwork Head(string x, int width, int classes) =>
            Finish(Dense(Builder.Op("Flatten", x), width, classes), 17);

        public TrainableNetwork Finish(string logits, int opset)
        {
            Builder.Output(logits);
            TrainableNetwork network = TrainableNetwork.FromOnnx(Builder.Build(opset));
            FreshWeights.Initialize(network, 7);
            return network;
        }
    }
}
