using Cim.Runtime.Crossbar;
using Cim.Runtime.Execution;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Model;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Crossbar;
using Cim.Runtime.Tests.Testing;
using Cim.Runtime.Tests.Crossbar.Blocks;

namespace Cim.Runtime.Tests.Fuzzing;

/// <summary>Small valid models that use every part of the format: what the fuzzer damages.</summary>
internal static class FuzzPrograms
{
    public static CompiledModel[] All { get; } =
    [
        Of(TestPrograms.Convolutional(), TestPrograms.Noisy),
        Of(TestPrograms.Convolutional(batch: 2), TestPrograms.Isaac),
        Of(TestPrograms.Several(3, 4), TestPrograms.Noisy),
        Of(TestPrograms.ComputedShape(), TestPrograms.Isaac),
        Of(TestPrograms.AcrossImages(), TestPrograms.Isaac),
        Of(Transformer(), TestPrograms.Isaac),
        Of(Pictures(), TestPrograms.Isaac),
        .. Enum.GetValues<WeightEncoding>().Where(e => e != WeightEncoding.Unsigned)
            .Select(e => Alone(BlockCases.RandomBlocks(new Random(7 + (int)e), e))),
        Alone(BlockCases.RandomDifferences(new Random(4))),
        Alone(Plain(WeightEncoding.Offset)),
        Alone(Plain(WeightEncoding.TwosComplement)),
    ];

    private static CompiledModel Of(ModelProgram program, HardwareProfile hardware) =>
        TestPrograms.Compile(program) with { Hardware = hardware };

    /// <summary>A model that is one layer, on arrays as large as it needs.</summary>
    private static CompiledModel Alone((CrossbarLayer Layer, HardwareProfile Profile) layerCase)
    {
        CrossbarLayer layer = layerCase.Layer;
        layer = layer with
        {
            Mapping = Whole(layer.Mapping, layer.Groups, layer.ColumnsPerGroup),
            Blocks = [.. layer.Blocks.Select(w => w with { Mapping = Whole(w.Mapping, 1, w.Columns) })],
        };
        var b = new ProgramBuilder();
        var inputs = new List<int> { b.Input("x", layer.Input.StorageType, -1, (int)layer.InputsPerImage()) };
        int[] shape = layer.Geometry is { } g
            ? [-1, layer.Outputs, g.OutputHeight, g.OutputWidth]
            : [-1, layer.PositionsPerImage, layer.Outputs];
        if (layer.Epilogue.AddsResidual) inputs.Add(b.Input("r", layer.Epilogue.Residual?.StorageType ?? ElementType.Float32, shape));
        int rows = layer.Mapping.RowTiles.Concat(layer.Blocks.SelectMany(w => w.Mapping.RowTiles)).Max(t => t.Rows);
        int columns = layer.Mapping.Tiles.Concat(layer.Blocks.SelectMany(w => w.Mapping.Tiles))
            .Max(t => t.ColumnInArray + (t.GroupCount * t.Columns));
        return Of(b.Build(b.Layer(layer, [.. inputs], shape)), TestPrograms.Isaac with
        {
            Rows = Math.Max(TestPrograms.Isaac.Rows, rows), Columns = Math.Max(TestPrograms.Isaac.Columns, columns),
                GOff = TestPrograms.Noisy.GOff,
            ProgrammingError = TestPrograms.Noisy.ProgrammingError, BitLineResistance = 1, WordLineResistance = 1, AdcBits = 7,
        });
    }

    private static LayerMapping Whole(LayerMapping m, int groups, int columns) => m with
    {
        Tiles = [.. from tile in m.RowTiles from g in Enumerable.Range(
            0, groups) select new ArrayTile(g, 1, tile.FirstRow, tile.Rows, 0, columns * m.ColumnsPerOutput)],
    };

    private static (CrossbarLayer, HardwareProfile) Plain(WeightEncoding encoding)
    {
        CrossbarLayer layer = LayerCases.Matrix(new Random(3), 20, 6, 2, weightBits: 5, signedInput: true);
        LayerMapping mapping = Mappings.Of(1, 20, 6, 5, encoding, 2, 8);
        // Rows in another order, and two's complement with its sign alone in the top slice.
        return (layer with { Mapping = mapping with { RowOrder = [.. Enumerable.Range(0, 20).Reverse()], SliceBits = [2, 2, 1] } },
            TestPrograms.Isaac);
    }

    /// <summary>Tokens, attention, normalisation: what transformers and recurrent networks are made of.</summary>
    private static ModelProgram Transformer()
    {
        var b = new ProgramBuilder();
        int ids = b.Input("ids", ElementType.Int64, -1, 4), mask = b.Input("mask", ElementType.Float32, -1, 4);
        int x = b.Step("Gather", null, [b.Constant(Ops.Random(new Random(1), 9, 6)), ids], ElementType.Float32, -1, 4, 6);
        x = b.Step("LayerNormalization", Ops.Attributes(("axis", -1)), [x, b.Constant(Ops.Ramp(6)), b.Constant(Ops.Ramp(6))],
            ElementType.Float32, -1, 4, 6);
        int k = b.Step("Transpose", Ops.Attributes(("perm", new[] { 0, 2, 1 })), [x], ElementType.Float32, -1, 6, 4);
        int scores = b.Step("MatMul", null, [x, k], ElementType.Float32, -1, 4, 4);
        int wide = b.Step("Unsqueeze", null, [mask, b.Constant(Ops.Longs(1))], ElementType.Float32, -1, 1, 4);
        int visible = b.Step("Greater", null, [wide, b.Constant(Tensor.Scalar(0.5f))], ElementType.Bool, -1, 1, 4);
        scores = b.Step("Where", null, [visible, scores, b.Constant(Tensor.Scalar(-1e9f))], ElementType.Float32, -1, 4, 4);
        scores = b.Step("Softmax", Ops.Attributes(("axis", -1)), [scores], ElementType.Float32, -1, 4, 4);
        int y = b.Step("MatMul", null, [scores, x], ElementType.Float32, -1, 4, 6);
        int first = b.Step("Slice", null,
            [y, b.Constant(Ops.Longs(0)), b.Constant(Ops.Longs(1)), b.Constant(Ops.Longs(1)), b.Constant(Ops.Longs(1))],
            ElementType.Float32, -1, 1, 6);
        int mean = b.Step("ReduceMean", Ops.Attributes(("keepdims", 1)), [y, b.Constant(Ops.Longs(1))], ElementType.Float32, -1, 1, 6);
        int both = b.Step("Concat", Ops.Attributes(("axis", 1)), [first, mean], ElementType.Float32, -1, 2, 6);
        int gate = b.Step("Sigmoid", null, [both], ElementType.Float32, -1, 2, 6);
        int state = b.Step("Tanh", null, [b.Step("Mul", null, [gate, both], ElementType.Float32, -1, 2, 6)], ElementType.Float32, -1, 2, 6);
        int flat = b.Step("Reshape", null, [state, b.Constant(Ops.Longs(-1, 12))], ElementType.Float32, -1, 12);
        int gemm = b.Step("Gemm", Ops.Attributes(("transB", 1)),
            [flat, b.Constant(Ops.Random(new Random(2), 5, 12)), b.Constant(Ops.Ramp(5))], ElementType.Float32, -1, 5);
        int label = b.Step("ArgMax", Ops.Attributes(("axis", 1), ("keepdims", 0)), [gemm], ElementType.Int64, -1);
        return b.Build(gemm, b.Step("Cast", Ops.Attributes(("to", 6)), [label], ElementType.Int32, -1), label);
    }

    /// <summary>Operators on pictures, on floats and on integers.</summary>
    private static ModelProgram Pictures()
    {
        var b = new ProgramBuilder();
        int x = b.Input("x", ElementType.Float32, -1, 4, 6, 6);
        int p = b.Step("Pad", Ops.Attributes(("mode", "reflect")), [x, b.Constant(Ops.Longs(0, 0, 1, 1, 0, 0, 1, 1))], ElementType.Float32,
            -1, 4, 8, 8);
        int c = b.Step("Conv", Ops.Attributes(("group", 2), ("strides", new[] { 2, 2 })),
            [p, b.Constant(Ops.Random(new Random(1), 4, 2, 2, 2)), b.Constant(Ops.Ramp(4))], ElementType.Float32, -1, 4, 4, 4);
        int d = b.Step("DepthToSpace", Ops.Attributes(("blocksize", 2)), [c], ElementType.Float32, -1, 1, 8, 8);
        int r = b.Step("Resize", Ops.Attributes(("mode", "linear")), [d, -1, b.Constant(Ops.Floats([4], 1, 1, 0.5f, 0.5f))],
            ElementType.Float32, -1, 1, 4, 4);
        int a = b.Step("AveragePool", Ops.Attributes(("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 })), [r],
            ElementType.Float32, -1, 1, 2, 2);
        int q = b.Step("QuantizeLinear", null, [a, b.Constant(Tensor.Scalar(0.1f)), b.Constant(Tensor.Scalar((sbyte)3))], ElementType.Int8,
            -1, 1, 2, 2);
        int m = b.Step("MaxPool", Ops.Attributes(("kernel_shape", new[] { 2, 2 }), ("pads", new[] { 1, 1, 0, 0 })), [q], ElementType.Int8,
            -1, 1, 2, 2);
        int f = b.Step("DequantizeLinear", null, [m, b.Constant(Tensor.Scalar(0.1f)), b.Constant(Tensor.Scalar((sbyte)3))],
            ElementType.Float32, -1, 1, 2, 2);
        int n = b.Step(
            "InstanceNormalization", null, [c, b.Constant(Ops.Ramp(4)), b.Constant(Ops.Ramp(4))], ElementType.Float32, -1, 4, 4, 4);
        int g = b.Step("GlobalMaxPool", null, [n], ElementType.Float32, -1, 4, 1, 1);
        int tiled = b.Step("Tile", null, [f, b.Constant(Ops.Longs(1, 4, 1, 1))], ElementType.Float32, -1, 4, 2, 2);
        int sum = b.Step("Add", null, [tiled, g], ElementType.Float32, -1, 4, 2, 2);
        int top = b.Step("ReduceMax", Ops.Attributes(("keepdims", 0)), [sum, b.Constant(Ops.Longs(2, 3))], ElementType.Float32, -1, 4);
        int clipped = b.Step(
            "Clip", null, [top, b.Constant(Tensor.Scalar(-1f)), b.Constant(Tensor.Scalar(1f))], ElementType.Float32, -1, 4);
        return b.Build(b.Step("Flatten", null, [sum], ElementType.Float32, -1, 16), clipped);
    }
}
