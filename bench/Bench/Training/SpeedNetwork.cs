using Cim.Bench.Common;
using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Losses;
using Cim.Training.Networks;

namespace Cim.Bench.Training;

/// <summary>A network whose training step is timed; <c>pytorch_speed.py</c> has the same under the same name.</summary>
/// <param name="Network">The network.</param>
/// <param name="ForwardMacs">Multiplications of its forward pass for one sample.</param>
internal sealed record SpeedNetwork(TrainableNetwork Network, double ForwardMacs)
{
    private const int Classes = 10, Tokens = 64, Patch = 48, Width = 96, Heads = 3, Hidden = 192, Blocks = 4;

    /// <summary>The names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["resnet20", "vgg", "vit"];

    /// <summary>Makes one.</summary>
    public static SpeedNetwork Of(string name, BenchRun run) => name switch
    {
        "resnet20" => new SpeedNetwork(Cifar.ResNet20(run), 40.8e6),
        "vgg" => new SpeedNetwork(Vgg(), 29.1e6),
        "vit" => new SpeedNetwork(VisionTransformer(), 26.4e6),
        _ => throw new BenchException($"there is no network '{name}'; there are {string.Join(", ", Names)}"),
    };

    /// <summary>A batch of random samples and classes.</summary>
    public Dictionary<string, float[]> Batch(int size)
    {
        var random = new Random(1);
        long elements = size * Tensors.Count([.. Network.SampleShape]);
        var targets = new float[size * Classes];
        for (int i = 0; i < size; i++)
            targets[(i * Classes) + random.Next(Classes)] = 1;
        return new Dictionary<string, float[]>(StringComparer.Ordinal)
        {
            [Network.InputName] = [.. Enumerable.Range(0, (int)elements).Select(_ => (float)((2 * random.NextDouble()) - 1))],
            [Objective.Targets] = targets,
        };
    }

    /// <summary>The layers of <c>bench/networks/fashion-vgg.json</c>.</summary>
    private static TrainableNetwork Vgg() => Fresh(Architecture.Build(
        [1, 28, 28],
        [
            .. Enumerable.Range(5, 3).Select(power => 1 << power).SelectMany(width => new[]
            {
                $"conv {width} 3x3 pad 1", "batchnorm", "relu", $"conv {width} 3x3 pad 1", "batchnorm", "relu", "maxpool 2",
            }),
            "linear 128", "relu", "linear 10",
        ]));

    /// <summary>Four blocks of width 96 with three heads over 64 patches of 4x4 pixels in three colours.</summary>
    private static TrainableNetwork VisionTransformer()
    {
        var builder = new GraphBuilder("vit");
        int count = 0;
        string x = Dense(builder.Input("x", [-1, Tokens, Patch]), Patch, Width);
        for (int block = 0; block < Blocks; block++)
        {
            NodeProto split = builder.Node("Split", [Dense(Norm(x), Width, 3 * Width), builder.Ints(Width, Width, Width)], 3);
            split.Attribute.Add(Attributes.Int("axis", -1));
            string keys = builder.Op("Transpose", [Parts(split.Output[1])], Attributes.Ints("perm", 0, 1, 3, 2));
            string scores = builder.Op(
                "Mul", builder.Op("MatMul", Parts(split.Output[0]), keys), builder.Scalar(1 / Math.Sqrt(Width / Heads)));
            string attention = builder.Op("Softmax", [scores], Attributes.Int("axis", -1));
            string mixed = builder.Op(
                "Transpose", [builder.Op("MatMul", attention, Parts(split.Output[2]))], Attributes.Ints("perm", 0, 2, 1, 3));
            x = builder.Op("Add", x, Dense(builder.Op("Reshape", mixed, builder.Ints(0, 0, Width)), Width, Width));
            x = builder.Op("Add", x, Dense(builder.Op("Gelu", Dense(Norm(x), Width, Hidden)), Hidden, Width));
        }

        string mean = builder.Op("ReduceMean", [Norm(x)], Attributes.Ints("axes", 1), Attributes.Int("keepdims", 0));
        builder.Output(Dense(mean, Width, Classes));
        return Fresh(builder.Build(20));

        string Constant(float value, params long[] dims) => builder.Initializer(Tensors.Float(
            $"p{count++}", [.. Enumerable.Repeat(value, (int)Tensors.Count(dims))], dims));
        string Dense(string value, int inputs, int outputs) =>
            builder.Op("Add", builder.Op("MatMul", value, Constant(0, inputs, outputs)), Constant(0, outputs));
        string Norm(string value) => builder.Op("LayerNormalization", value, Constant(1, Width), Constant(0, Width));
        string Parts(string value) => builder.Op(
            "Transpose", [builder.Op("Reshape", value, builder.Ints(0, 0, Heads, Width / Heads))], Attributes.Ints("perm", 0, 2, 1, 3));
    }

    private static TrainableNetwork Fresh(ModelProto model)
    {
        TrainableNetwork network = TrainableNetwork.FromOnnx(model);
        FreshWeights.Initialize(network, 1);
        return network;
    }
}
