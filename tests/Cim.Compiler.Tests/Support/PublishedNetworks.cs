using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Tests.Support;

/// <summary>The ImageNet networks of the published cost tables at 224x224, batch 1, through the real importer.</summary>
internal static class PublishedNetworks
{
    public static ImmutableArray<LayerShape> Shapes(string network, HardwareProfile profile) =>
        LayerShapes.Of(OnnxImporter.Import(Onnx(network), null), profile);

    public static byte[] Onnx(string network) => network switch
    {
        "resnet18" => ResNet([2, 2, 2, 2], bottleneck: false),
        "resnet34" => ResNet([3, 4, 6, 3], bottleneck: false),
        "resnet50" => ResNet([3, 4, 6, 3], bottleneck: true),
        "vgg16" => Vgg16(),
        "vit-b32" => VitB32(),
        _ => throw new ArgumentOutOfRangeException(nameof(network), network, null),
    };

    private static byte[] ResNet(int[] blocks, bool bottleneck)
    {
        var b = new OnnxModelBuilder();
        string x = b.MaxPool(b.Relu(b.Conv(b.Input("image", 1, 3, 224, 224), 3, 64, 7, 2)), 3, 2, 1);
        int channels = 64;
        for (int stage = 0; stage < 4; stage++)
        {
            int width = 64 << stage;
            int outputs = bottleneck ? 4 * width : width;
            for (int block = 0; block < blocks[stage]; block++)
            {
                int stride = stage > 0 && block == 0 ? 2 : 1;
                string shortcut = stride != 1 || channels != outputs ? b.Conv(x, channels, outputs, 1, stride) : x;
                // The original network strides in the first 1x1 convolution; the counts in the literature are of that one.
                string y = bottleneck
                    ? b.Conv(b.Relu(b.Conv(b.Relu(b.Conv(x, channels, width, 1, stride)), width, width, 3)), width, outputs, 1)
                    : b.Conv(b.Relu(b.Conv(x, channels, width, 3, stride)), width, width, 3);
                x = b.Relu(b.Add(y, shortcut));
                channels = outputs;
            }
        }

        x = b.Node("Flatten", [b.Node("GlobalAveragePool", [x])]);
        return b.Build(b.Gemm(x, channels, 1000), 1, 1000);
    }

    private static byte[] Vgg16()
    {
        var b = new OnnxModelBuilder();
        string x = b.Input("image", 1, 3, 224, 224);
        int channels = 3;
        foreach (string item in "64 64 M 128 128 M 256 256 256 M 512 512 512 M 512 512 512 M".Split(' '))
        {
            if (item == "M")
            {
                x = b.MaxPool(x, 2, 2, 0);
                continue;
            }

            int outputs = int.Parse(item, CultureInfo.InvariantCulture);
            x = b.Relu(b.Conv(x, channels, outputs, 3));
            channels = outputs;
        }

        x = b.Relu(b.Gemm(b.Node("Flatten", [x]), 512 * 7 * 7, 4096));
        return b.Build(b.Gemm(b.Relu(b.Gemm(x, 4096, 4096)), 4096, 1000), 1, 1000);
    }

    private static byte[] VitB32()
    {
        const int Width = 768, Heads = 12, Tokens = 50;
        var b = new OnnxModelBuilder();
        string x = b.Conv(b.Input("image", 1, 3, 224, 224), 3, Width, 32, 32, 0);
        x = b.Transpose(b.Reshape(x, 1, Width, Tokens - 1), 0, 2, 1);
        x = b.Node("Concat", [b.Weights(1, 1, Width), x], OnnxModelBuilder.Int("axis", 1));
        x = b.Add(x, b.Weights(1, Tokens, Width));
        for (int block = 0; block < 12; block++)
        {
            string n = Normalise(x);
            string q = b.Transpose(Split(b.MatMul(n, Width, Width)), 0, 2, 1, 3);
            string k = b.Transpose(Split(b.MatMul(n, Width, Width)), 0, 2, 3, 1);
            string v = b.Transpose(Split(b.MatMul(n, Width, Width)), 0, 2, 1, 3);
            string attention = b.Node("Softmax", [b.Node("MatMul", [q, k])], OnnxModelBuilder.Int("axis", -1));
            string heads = b.Transpose(b.Node("MatMul", [attention, v]), 0, 2, 1, 3);
            x = b.Add(x, b.MatMul(b.Reshape(heads, 1, Tokens, Width), Width, Width));
            x = b.Add(x, b.MatMul(b.Node("Gelu", [b.MatMul(Normalise(x), Width, 4 * Width)]), 4 * Width, Width));
        }

        string token = b.Node("Gather", [Normalise(x), b.Integers(0)], OnnxModelBuilder.Int("axis", 1));
        return b.Build(b.Gemm(b.Reshape(token, 1, Width), Width, 1000), 1, 1000);

        string Normalise(string value) =>
            b.Node("LayerNormalization", [value, b.Weights(Width), b.Weights(Width)], OnnxModelBuilder.Int("axis", -1));
        string Split(string value) => b.Reshape(value, 1, Tokens, Heads, Width / Heads);
    }
}
