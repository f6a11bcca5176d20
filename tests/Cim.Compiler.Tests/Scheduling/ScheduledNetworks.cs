using System.Collections.Immutable;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Precision;
using Cim.Compiler.Scheduling;
using Cim.Compiler.Scheduling.Copies;
using Cim.Compiler.Scheduling.Simulation;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;

namespace Cim.Compiler.Tests.Scheduling;

/// <summary>The networks of the published schedules, by architecture alone: their weights are a shape and one value.</summary>
internal static class ScheduledNetworks
{
    public static ScheduledNetwork Of(string network, string hardware) => Of(Onnx(network), HardwareProfiles.BuiltIn(hardware));

    public static ScheduledNetwork Of(byte[] onnx, HardwareProfile profile)
    {
        Graph graph = OnnxImporter.Import(onnx, null);
        ImmutableArray<LayerPrecision> widths = [.. LayerShapes.Of(graph, profile).Select(s => new LayerPrecision(s.Name, 8, 8, 0))];
        return new ScheduledNetwork(graph, profile, new LayerLowering(new QuantizationPolicy(widths), profile).CostOf);
    }

    public static Schedule Run(this ScheduledNetwork network, PipelineKind pipeline, CopyRule copies = CopyRule.None, long? extra = null) =>
        new Scheduler(network, new ScheduleOptions { Pipeline = pipeline, Copies = copies, ExtraArrays = extra }).Run();

    public static byte[] Onnx(string network) => network switch
    {
        "tinyyolov4" => TinyYoloV4(),
        "vgg16-features" => Vgg16Features(),
        "resnet50-features" => ResNetFeatures([3, 4, 6, 3]),
        "resnet152-features" => ResNetFeatures([3, 8, 36, 3]),
        "alexnet" => AlexNet(),
        "squeezenet" => SqueezeNet(),
        "resnet50-classified" => ResNetFeatures([3, 4, 6, 3], classes: 1000),
        _ => PublishedNetworks.Onnx(network),
    };

    /// <summary>The published schedules pad a window of three rows that moves by two behind the image alone.</summary>
    private static readonly Onnx.Proto.AttributeProto _same = OnnxModelBuilder.Text("auto_pad", "SAME_UPPER");

    private static string Halved(OnnxModelBuilder b, string x, int inputs, int outputs) => b.Node(
        "Conv", [x, b.Weights(outputs, inputs, 3, 3)], OnnxModelBuilder.Ints("kernel_shape", 3, 3),
        OnnxModelBuilder.Ints("strides", 2, 2), _same);

    private static byte[] TinyYoloV4()
    {
        var b = new OnnxModelBuilder();
        string x = Conv(b.Input("image", 1, 3, 416, 416), 3, 32, 3, 2);
        x = Conv(x, 32, 64, 3, 2);
        (x, _) = Block(x, 64);
        (x, _) = Block(b.MaxPool(x, 2, 2, 0), 128);
        (x, string route) = Block(b.MaxPool(x, 2, 2, 0), 256);
        x = Conv(Conv(b.MaxPool(x, 2, 2, 0), 512, 512, 3), 512, 256, 1);
        string head = b.Conv(Conv(x, 256, 512, 3), 512, 255, 1);
        string up = Conv(x, 256, 128, 1);
        up = b.Node("Resize", [up, "", b.Floats(1, 1, 2, 2)], OnnxModelBuilder.Text("mode", "nearest"),
            OnnxModelBuilder.Text("coordinate_transformation_mode", "asymmetric"), OnnxModelBuilder.Text("nearest_mode", "floor"));
        string joined = b.Node("Concat", [up, route], OnnxModelBuilder.Int("axis", 1));
        string small = b.Conv(Conv(joined, 384, 256, 3), 256, 255, 1);
        return b.Build([(head, [1, 255, 13, 13]), (small, [1, 255, 26, 26])]);

        string Conv(string value, int inputs, int outputs, int kernel, int stride = 1) =>
            b.Node("LeakyRelu", [stride == 1 ? b.Conv(value, inputs, outputs, kernel) : Halved(b, value, inputs, outputs)]);

        // The cross-stage partial block: half of the channels go through two convolutions, and everything is joined again.
        (string Joined, string Last) Block(string value, int channels)
        {
            string first = Conv(value, channels, channels, 3);
            string[] halves = b.Split(first, 1, channels / 2, channels / 2);
            string second = Conv(halves[1], channels / 2, channels / 2, 3), third = Conv(second, channels / 2, channels / 2, 3);
            string last = Conv(b.Node("Concat", [third, second], OnnxModelBuilder.Int("axis", 1)), channels, channels, 1);
            return (b.Node("Concat", [first, last], OnnxModelBuilder.Int("axis", 1)), last);
        }
    }

    private static byte[] Vgg16Features()
    {
        var b = new OnnxModelBuilder();
        string x = b.Input("image", 1, 3, 224, 224);
        int channels = 3;
        foreach (int outputs in (int[])[64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0])
        {
            x = outputs == 0 ? b.MaxPool(x, 2, 2, 0) : b.Relu(b.Conv(x, channels, outputs, 3));
            if (outputs > 0) channels = outputs;
        }

        return b.Build(x, 1, 512, 7, 7);
    }

    /// <summary>The bottleneck network, which strides in the first convolution of a block; a shortcut's convolution stands behind the
    /// others, which decides ties between layers.</summary>
    private static byte[] ResNetFeatures(int[] blocks, int classes = 0)
    {
        var b = new OnnxModelBuilder();
        string x = b.Relu(b.Conv(b.Input("image", 1, 3, 224, 224), 3, 64, 7, 2));
        x = b.Node("MaxPool", [x], OnnxModelBuilder.Ints("kernel_shape", 3, 3), OnnxModelBuilder.Ints("strides", 2, 2), _same);
        int channels = 64;
        for (int stage = 0; stage < 4; stage++)
        {
            int width = 64 << stage;
            for (int block = 0; block < blocks[stage]; block++)
            {
                int stride = stage > 0 && block == 0 ? 2 : 1;
                string y = b.Relu(b.Conv(x, channels, width, 1, stride));
                y = b.Conv(b.Relu(b.Conv(y, width, width, 3)), width, 4 * width, 1);
                string shortcut = block == 0 ? b.Conv(x, channels, 4 * width, 1, stride) : x;
                x = b.Relu(b.Add(y, shortcut));
                channels = 4 * width;
            }
        }

        if (classes == 0) return b.Build(x, 1, 2048, 7, 7);
        return b.Build(b.Gemm(b.Node("Flatten", [b.Node("GlobalAveragePool", [x])]), channels, classes), 1, classes);
    }

    private static byte[] AlexNet()
    {
        var b = new OnnxModelBuilder();
        string x = b.MaxPool(b.Relu(b.Conv(b.Input("image", 1, 3, 224, 224), 3, 96, 11, 4, 0)), 3, 2, 0);
        x = b.MaxPool(b.Relu(b.Conv(x, 96, 256, 5)), 3, 2, 0);
        x = b.Relu(b.Conv(b.Relu(b.Conv(x, 256, 384, 3)), 384, 384, 3));
        x = b.Node("Flatten", [b.MaxPool(b.Relu(b.Conv(x, 384, 256, 3)), 3, 2, 1)]);
        x = b.Relu(b.Gemm(b.Relu(b.Gemm(x, 9216, 4096)), 4096, 4096));
        return b.Build(b.Gemm(x, 4096, 1000), 1, 1000);
    }

    private static byte[] SqueezeNet()
    {
        var b = new OnnxModelBuilder();
        string x = b.MaxPool(b.Relu(b.Conv(b.Input("image", 1, 3, 224, 224), 3, 64, 3, 2, 0)), 3, 2, 0);
        int channels = 64;
        foreach (int width in (int[])[16, 16, 0, 32, 32, 0, 48, 48, 64, 64])
        {
            if (width == 0)
            {
                x = b.MaxPool(x, 3, 2, 0);
                continue;
            }

            string squeezed = b.Relu(b.Conv(x, channels, width, 1));
            x = b.Node("Concat",
                [b.Relu(b.Conv(squeezed, width, 4 * width, 1)), b.Relu(b.Conv(squeezed, width, 4 * width, 3))],
                OnnxModelBuilder.Int("axis", 1));
            channels = 8 * width;
        }

        x = b.Node("GlobalAveragePool", [b.Relu(b.Conv(x, channels, 1000, 1))]);
        return b.Build(b.Node("Flatten", [x]), 1, 1000);
    }
}
