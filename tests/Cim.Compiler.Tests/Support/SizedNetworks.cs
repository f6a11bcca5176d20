using Cim.Compiler.Import;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Data;
using Cim.Onnx.Proto;
using Cim.Runtime.Tensors;
using Cim.Tests.Shared;
using Dimension = Cim.Onnx.Proto.TensorShapeProto.Types.Dimension;

namespace Cim.Compiler.Tests.Support;

/// <summary>Networks with open dimensions, and samples of several sizes for them.</summary>
internal static class SizedNetworks
{
    /// <summary>Attention over a sequence of vectors of 8, with a table of positions that is cut to the sequence.</summary>
    public static byte[] Attention(int longest = 24)
    {
        ModelBuilder m = Open(new ModelBuilder(seed: 5), "x", -1, "sequence", 8)
            .Uniform("positions", -0.3f, 0.3f, 1, longest, 8).Weight("wq", 8, 8).Weight("wk", 8, 8).Weight("wv", 8, 8).Weight("wo", 8, 3)
            .Node("Shape", "x", "shape").Ints("one", 1).Ints("two", 2).Ints("zero", 0)
            .Node("Slice", "shape one two", "length").Node("Slice", "positions zero length one", "cut")
            .Node("Add", "x cut", "h").Node("q", "MatMul", "h wq", "qh").Node("k", "MatMul", "h wk", "kh").Node("v", "MatMul", "h wv", "vh")
            .Node("Transpose", "kh", "kt", ("perm", new[] { 0, 2, 1 })).Node("MatMul", "qh kt", "scores")
            .Node("Softmax", "scores", "shares", ("axis", -1)).Node("MatMul", "shares vh", "a").Node("Relu", "a", "r")
            .Node("o", "MatMul", "r wo", "y").Output("y");
        return m.Bytes;
    }

    /// <summary>Convolutions over images of any height and width, with a residual, an upsampling and a mean over positions.</summary>
    public static byte[] Images() => Open(new ModelBuilder(seed: 6), "x", -1, 2, "height", "width")
        .Weight("w1", 4, 2, 3, 3).Weight("w2", 4, 4, 3, 3).Weight("w3", 3, 4)
        .Node("first", "Conv", "x w1", "c1", ("pads", new[] { 1, 1, 1, 1 }), ("strides", new[] { 2, 2 })).Node("Relu", "c1", "r1")
        .Node("second", "Conv", "r1 w2", "c2", ("pads", new[] { 1, 1, 1, 1 })).Node("Add", "c2 r1", "s").Node("Relu", "s", "r2")
        .Constant("scales", Tensor.Create<float>(new Shape(4), [1f, 1, 2, 2])).Node("Resize", "r2 _ scales", "u", ("mode", "nearest"))
        .Node("GlobalAveragePool", "u", "g").Node("Flatten", "g", "f").Node("head", "Gemm", "f w3", "y", ("transB", 1)).Output("y").Bytes;

    /// <summary>A network that flattens its images: its last matrix fits one size alone.</summary>
    public static byte[] Flattened() => Open(new ModelBuilder(seed: 7), "x", -1, 1, "height", 4)
        .Weight("w1", 2, 1, 3, 3).Weight("w2", 16, 3).Node("conv", "Conv", "x w1", "c", ("pads", new[] { 1, 1, 1, 1 }))
        .Node("Flatten", "c", "f").Node("head", "MatMul", "f w2", "y").Output("y").Bytes;

    /// <summary>Samples of a shape, as a file of a folder.</summary>
    public static string Samples(TemporaryFolder folder, int seed, int count, params int[] shape)
    {
        float[] values = RandomNetworks.Samples(count, shape.Aggregate(1, (a, b) => a * b), (ulong)seed);
        return folder.Write($"x{string.Join('x', shape)}.npy", DataFiles.Npy("<f4", [count, .. shape], DataFiles.Floats(values)));
    }

    /// <summary>Options of a compilation with several sizes.</summary>
    public static CompileOptions Options(TemporaryFolder folder, byte[] model, string dims, string? calibration) => new()
    {
        ModelPath = folder.Write("net.onnx", model), OutputPath = folder.At("net.cim"), Calibration = calibration,
        Import = ImportOptions.Default with { Sizes = PlanSizes.Parse([dims]) },
    };

    private static ModelBuilder Open(ModelBuilder m, string name, params object[] dims)
    {
        var shape = new TensorShapeProto();
        foreach (object d in dims)
            shape.Dim.Add(d is -1 ? new Dimension { DimParam = "N" } : d is int size ? new Dimension { DimValue = size }
                : new Dimension { DimParam = (string)d });
        m.Model.Graph.Input.Add(new ValueInfoProto
        {
            Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = shape } },
        });
        return m;
    }
}
