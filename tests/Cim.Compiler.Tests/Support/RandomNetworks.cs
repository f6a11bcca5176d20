using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;

namespace Cim.Compiler.Tests.Support;

/// <summary>Small networks with random weights, and samples for them.</summary>
internal static class RandomNetworks
{
    /// <summary>Convolutions one after the other, each followed by Relu; pooling; two dense layers. ONNX Runtime has integer kernels for
    /// all of it.</summary>
    public static byte[] Chain(int seed)
    {
        var random = new Random(seed);
        int groups = random.Next(2) == 0 ? 1 : 2, stride = random.Next(1, 3), size = 9 + random.Next(4);
        int after = ((size - 1) / stride) + 1, pooled = after / 2;
        return new ModelBuilder(seed: seed)
            .Input("x", -1, 3, size, size)
            .Weight("w1", 8, 3, 3, 3).Uniform("b1", -0.2f, 0.2f, 8)
            .Weight("w2", 6, 8 / groups, 3, 3).Uniform("b2", -0.2f, 0.2f, 6)
            .Weight("w3", 11, 6 * pooled * pooled).Uniform("b3", -0.1f, 0.1f, 11)
            .Weight("w4", 5, 11).Uniform("b4", -0.1f, 0.1f, 5)
            .Node("conv1", "Conv", "x w1 b1", "c1", ("pads", new[] { 1, 1, 1, 1 }))
            .Node("Relu", "c1", "r1")
            .Node("conv2", "Conv", "r1 w2 b2", "c2", ("pads", new[] { 1, 1, 1, 1 }), ("strides", new[] { stride, stride }),
                ("group", groups))
            .Node("Relu", "c2", "r2")
            .Node("MaxPool", "r2", "p", ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }))
            .Node("Flatten", "p", "f")
            .Node("dense1", "Gemm", "f w3 b3", "d1", ("transB", 1))
            .Node("Relu", "d1", "r3")
            .Node("dense2", "Gemm", "r3 w4 b4", "y", ("transB", 1))
            .Output("y").Bytes;
    }

    /// <summary>Two residual blocks, one with a convolution on the shortcut, depthwise convolution, Clip, average pooling.</summary>
    public static byte[] Residual(int seed) => new ModelBuilder(seed: seed)
        .Input("x", -1, 4, 8, 8)
        .Weight("w1", 4, 4, 3, 3).Uniform("b1", -0.2f, 0.2f, 4)
        .Weight("w2", 4, 4, 3, 3).Weight("w3", 8, 4, 1, 1).Weight("w4", 8, 1, 3, 3).Uniform("b4", -0.2f, 0.2f, 8)
        .Weight("w5", 8, 8, 3, 3).Weight("w6", 5, 8)
        .Scalar("low", 0).Scalar("high", 1.5f)
        .Node("conv1", "Conv", "x w1 b1", "c1", ("pads", new[] { 1, 1, 1, 1 }))
        .Node("Relu", "c1", "r1")
        .Node("conv2", "Conv", "r1 w2", "c2", ("pads", new[] { 1, 1, 1, 1 }))
        .Node("Add", "c2 r1", "a1").Node("Relu", "a1", "r2")
        .Node("shortcut", "Conv", "r2 w3", "s", ("strides", new[] { 2, 2 }))
        .Node("depthwise", "Conv", "s w4 b4", "c3", ("pads", new[] { 1, 1, 1, 1 }), ("group", 8))
        .Node("Clip", "c3 low high", "r3")
        .Node("conv5", "Conv", "r3 w5", "c5", ("pads", new[] { 1, 1, 1, 1 }))
        .Node("Add", "c5 s", "a2").Node("Relu", "a2", "r5")
        .Node("GlobalAveragePool", "r5", "g").Node("Flatten", "g", "f")
        .Node("dense", "Gemm", "f w6", "y", ("transB", 1))
        .Output("y").Bytes;

    public static Graph Import(byte[] model) => OnnxImporter.Import(model, null);

    /// <summary>Samples as normalised images of dark background are: about half of the values are the smallest, -0.8, and the largest is
    /// 2.</summary>
    public static float[] DarkImages(int count, int elements, ulong seed) =>
        [.. Samples(count, elements, seed).Select(v => -0.8f + (2.8f * Math.Clamp(v, 0, 1)))];

    /// <summary>Samples with some structure (neighbouring values are alike), so that layers have something to tell apart.</summary>
    public static float[] Samples(int count, int elements, ulong seed)
    {
        var random = new NormalSequence(seed);
        float[] values = new float[count * elements];
        float last = 0;
        for (int i = 0; i < values.Length; i++) values[i] = last = (0.7f * last) + random.Next();
        return values;
    }
}
