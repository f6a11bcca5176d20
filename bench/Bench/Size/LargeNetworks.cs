using Cim.Compiler.Data;
using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Runtime.RandomNumbers;
using Google.Protobuf;

namespace Cim.Bench.Size;

/// <summary>
/// Networks of the size people have, with random weights: what compiling takes does not depend on what they were trained to do. Weights
/// have the variance that keeps signals as large as they were (He et al., arXiv 1502.01852); normalisation is folded already.
/// </summary>
internal static class LargeNetworks
{
    private const int Size = 224;

    /// <summary>The networks there are.</summary>
    public static string[] Names { get; } = ["resnet18", "vgg19", "segmentation"];

    /// <summary>Writes a network and samples for it, unless they are there.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="folder">Where.</param>
    /// <param name="samples">How many.</param>
    public static (string Name, string Model, string? Data) Write(string name, string folder, int samples)
    {
        string model = Path.Combine(folder, name + ".onnx"), data = Path.Combine(folder, $"images-{samples}.npy");
        if (!File.Exists(model))
        {
            ModelProto made = Make(name);
            using (FileStream stream = File.Create(model + ".new")) made.WriteTo(stream);
            File.Move(model + ".new", model, overwrite: true);
        }

        if (!File.Exists(data)) WriteImages(data, samples);
        return (name, model, data);
    }

    private static ModelProto Make(string name)
    {
        var graph = new GraphBuilder(name);
        var layers = new RandomWeights(graph, 1);
        string x = graph.Input("image", [-1, 3, Size, Size]);
        switch (name)
        {
            case "resnet18":
                x = graph.Op("MaxPool", [layers.Convolution(x, 3, 64, 7, 2)], Attributes.Ints("kernel_shape", 3, 3),
                    Attributes.Ints("strides", 2, 2), Attributes.Ints("pads", 1, 1, 1, 1));
                int channels = 64;
                foreach (int width in new[] { 64, 128, 256, 512 })
                {
                    for (int block = 0; block < 2; block++, channels = width)
                    {
                        int stride = block == 0 && width > 64 ? 2 : 1;
                        string branch = layers.Convolution(
                            layers.Convolution(x, channels, width, 3, stride), width, width, 3, 1, relu: false, gain: 0.5);
                        if (stride == 2) x = layers.Convolution(x, channels, width, 1, 2, relu: false);
                        x = graph.Op("Relu", graph.Op("Add", x, branch));
                    }
                }

                x = layers.Matrix(graph.Op("Flatten", graph.Op("GlobalAveragePool", x)), 512, 1000, relu: false);
                break;
            case "vgg19":
                int from = 3;
                foreach ((int width, int count) in new[] { (64, 2), (128, 2), (256, 4), (512, 4), (512, 4) })
                {
                    for (int i = 0; i < count; i++, from = width) x = layers.Convolution(x, from, width, 3, 1);
                    x = graph.Op("MaxPool", [x], Attributes.Ints("kernel_shape", 2, 2), Attributes.Ints("strides", 2, 2));
                }

                x = layers.Matrix(graph.Op("Flatten", x), 25_088, 4096, relu: true);
                x = layers.Matrix(layers.Matrix(x, 4096, 4096, relu: true), 4096, 1000, relu: false);
                break;
            default: // few weights, and every value as large as the image
                x = layers.Convolution(x, 3, 24, 3, 1);
                for (int i = 0; i < 10; i++)
                    x = graph.Op("Add", x, layers.Convolution(layers.Convolution(x, 24, 24, 3, 1), 24, 24, 3, 1, gain: 0.3));
                x = layers.Convolution(x, 24, 2, 1, 1, relu: false);
                break;
        }

        graph.Output(x);
        return graph.Build();
    }

    /// <summary>Images that are smooth, as photographs are, with some noise.</summary>
    private static void WriteImages(string path, int samples)
    {
        CounterRandom random = CounterRandom.Of(2, RandomPurpose.TestVector);
        float[] values = new float[samples * 3 * Size * Size];
        for (int i = 0; i < values.Length; i++)
        {
            int plane = i / (Size * Size), y = i / Size % Size, x = i % Size;
            double phase = 6 * random.Uniform(plane), across = 0.02 + (0.1 * random.Uniform(plane + 1_000_000)),
                down = 0.02 + (0.1 * random.Uniform(plane + 2_000_000));
            values[i] = (float)(Math.Sin((x * across) + phase) + Math.Cos(y * down) + (0.2 * random.Normal(i)));
        }

        using FileStream stream = File.Create(path);
        NpyWriter.Write(stream, [samples, 3, Size, Size], values);
    }

    private sealed class RandomWeights(GraphBuilder graph, ulong seed)
    {
        private readonly CounterRandom _random = CounterRandom.Of(seed, RandomPurpose.Programming);
        private long _next;

        public string Convolution(string x, int inputs, int outputs, int kernel, int stride, bool relu = true, double gain = 1)
        {
            string y = graph.Op("Conv", [x, Weights(gain, outputs, inputs, kernel, kernel)],
                Attributes.Ints("kernel_shape", kernel, kernel), Attributes.Ints("strides", stride, stride),
                Attributes.Ints("pads", kernel / 2, kernel / 2, kernel / 2, kernel / 2));
            return relu ? graph.Op("Relu", y) : y;
        }

        public string Matrix(string x, int inputs, int outputs, bool relu)
        {
            string y = graph.Op("Gemm", [x, Weights(1, outputs, inputs)], Attributes.Int("transB", 1));
            return relu ? graph.Op("Relu", y) : y;
        }

        private string Weights(double gain, params ReadOnlySpan<long> dims)
        {
            long count = 1, inputs = 1;
            for (int i = 0; i < dims.Length; i++) (count, inputs) = (count * dims[i], i == 0 ? 1 : inputs * dims[i]);
            float deviation = (float)(gain * Math.Sqrt(2.0 / inputs));
            float[] values = new float[count];
            for (int i = 0; i < values.Length; i++) values[i] = deviation * (float)_random.Normal(_next++);
            return graph.Initializer(Tensors.Float("weights", values, dims));
        }
    }
}
