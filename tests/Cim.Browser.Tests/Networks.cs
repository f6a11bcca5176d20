using Cim.Cli.Tests;
using Cim.Compiler.Tests.Support;
using Cim.Tests.Shared;

namespace Cim.Browser.Tests;

/// <summary>Networks with random weights in the shapes of published ones: what a report draws depends on shapes and names.</summary>
internal static class Networks
{
    private const int Tokens = 8, Hidden = 48, Heads = 4, Blocks = 6;

    /// <summary>VGG-16 for images of 32x32, a quarter as wide.</summary>
    public static byte[] Vgg()
    {
        ModelBuilder b = new ModelBuilder().Input("image", -1, 3, 32, 32);
        (string x, int channels, int index) = ("image", 3, 0);
        foreach (int outputs in (int[])[16, 16, 0, 32, 32, 0, 64, 64, 64, 0, 128, 128, 128, 0, 128, 128, 128, 0])
        {
            string y = $"/features/features.{index++}";
            if (outputs == 0)
                b.Node(y + "/MaxPool", "MaxPool", x, y, ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }));
            else
                b.Weight(y + ".weight", outputs, channels, 3, 3)
                    .Node(y + "/Conv", "Conv", $"{x} {y}.weight", y + "_sum", ("kernel_shape", new[] { 3, 3 }),
                        ("pads", new[] { 1, 1, 1, 1 }))
                    .Node(y + "/Relu", "Relu", y + "_sum", y);
            (x, channels) = (y, outputs == 0 ? channels : outputs);
        }

        return b.Node("Flatten", x, "flat").Weight("w0", 128, 128).Node("/classifier/classifier.0/MatMul", "MatMul", "flat w0", "c0")
            .Node("Relu", "c0", "r0").Weight("w1", 128, 10).Node("/classifier/classifier.3/MatMul", "MatMul", "r0 w1", "scores")
            .Output("scores").Bytes;
    }

    /// <summary>The six attention blocks of MiniLM-L6, an eighth as wide, with the names its exporter writes.</summary>
    public static byte[] MiniLm()
    {
        ModelBuilder b = new ModelBuilder().Input("embeddings", -1, Tokens, Hidden).Ints("heads", 0, Tokens, Heads, Hidden / Heads)
            .Ints("joined", 0, Tokens, Hidden).Scalar("scale", 1 / MathF.Sqrt(Hidden / (float)Heads)).Scalar("half", 0.5f).Scalar("one", 1)
            .Scalar("root", MathF.Sqrt(2)).Uniform("gain", 0.9f, 1.1f, Hidden).Uniform("shift", -0.1f, 0.1f, Hidden);
        string x = "embeddings";
        for (int i = 0; i < Blocks; i++)
        {
            string block = $"/encoder/layer.{i}", input = x;
            string Dense(string name, string from, int inputs, int outputs)
            {
                string y = $"{block}/{name}";
                b.Weight(y + "/weight", inputs, outputs).Uniform(y + "/bias", -0.1f, 0.1f, outputs)
                    .Node(y + "/MatMul", "MatMul", $"{from} {y}/weight", y + "_p").Node(y + "/Add", "Add", $"{y}_p {y}/bias", y);
                return y;
            }

            string Head(string name)
            {
                string y = Dense($"attention/self/{name}", input, Hidden, Hidden);
                b.Node(y + "/Reshape", "Reshape", y + " heads", y + "_h").Node(y + "/Transpose", "Transpose", y + "_h", y + "_t",
                    ("perm", name == "key" ? new[] { 0, 2, 3, 1 } : [0, 2, 1, 3]));
                return y + "_t";
            }

            string Normalised(string name, string sum, string residual)
            {
                string y = $"{block}/{name}/LayerNorm";
                b.Node(y + "/residual", "Add", $"{sum} {residual}", y + "_in")
                    .Node(y, "LayerNormalization", $"{y}_in gain shift", y + "_out", ("axis", -1));
                return y + "_out";
            }

            (string q, string k, string v) = (Head("query"), Head("key"), Head("value"));
            string a = block + "/attention";
            b.Node(a + "/scores/MatMul", "MatMul", $"{q} {k}", a + "_s").Node(a + "/scale/Mul", "Mul", $"{a}_s scale", a + "_m")
                .Node(a + "/Softmax", "Softmax", a + "_m", a + "_w", ("axis", -1))
                .Node(a + "/context/MatMul", "MatMul", $"{a}_w {v}", a + "_c")
                .Node(a + "/context/Transpose", "Transpose", a + "_c", a + "_ct", ("perm", new[] { 0, 2, 1, 3 }))
                .Node(a + "/context/Reshape", "Reshape", a + "_ct joined", a + "_j");
            string attended = Normalised("attention/output", Dense("attention/output/dense", a + "_j", Hidden, Hidden), input);
            string wide = Dense("intermediate/dense", attended, Hidden, 4 * Hidden), g = block + "/intermediate/gelu";
            b.Node(g + "/Div", "Div", wide + " root", g + "_d").Node(g + "/Erf", "Erf", g + "_d", g + "_e")
                .Node(g + "/Add", "Add", g + "_e one", g + "_a").Node(g + "/Mul", "Mul", $"{wide} {g}_a", g + "_m")
                .Node(g + "/Mul_1", "Mul", g + "_m half", g);
            x = Normalised("output", Dense("output/dense", g, 4 * Hidden, Hidden), attended);
        }

        return b.Node("/pooling/ReduceMean", "ReduceMean", x, "sentence", ("axes", new[] { 1 }), ("keepdims", 0)).Output("sentence").Bytes;
    }

    /// <summary>Samples of a network, uniformly random in [-1, 1].</summary>
    /// <param name="count">How many.</param>
    /// <param name="dims">Dimensions of one.</param>
    public static byte[] Samples(int count, params int[] dims)
    {
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, count * dims.Aggregate(1, (a, b) => a * b)).Select(_ => (random.NextSingle() * 2) - 1)];
        return DataFiles.Npy("<f4", [count, .. dims], DataFiles.Floats(values));
    }
}
