using System.Collections.Immutable;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Format;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Cim.Runtime.Model;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Crossbar;
using Cim.Runtime.Tests.Testing;

namespace Cim.Runtime.Tests.Format;

/// <summary>What a kernel relies on is checked when a model is loaded: the error names the layer and what is wrong with it.</summary>
public sealed class InconsistentModelTests
{
    [Fact]
    public void Arrays_that_part_a_pair_overlap_or_leave_out_a_weight_are_refused()
    {
        AssertRefused(m => m with { Tiles = [m.Tiles[0] with { Columns = m.Tiles[0].Columns - 1 }] }, "parts the two cells of a pair");
        AssertRefused(m => m with { Tiles = [m.Tiles[0] with { FirstColumn = 1, Columns = m.Tiles[0].Columns - 2 }] },
            "parts the two cells of a pair");
        AssertRefused(m => m with { Tiles = [m.Tiles[0] with { Columns = m.Tiles[0].Columns - 2 }] }, "a weight lies on no array");
        AssertRefused(m => m with { Tiles = [m.Tiles[0] with { Rows = m.Tiles[0].Rows - 1 }] }, "a weight lies on no array");
        AssertRefused(m => m with { Tiles = [m.Tiles[0], m.Tiles[0] with { FirstColumn = 4, Columns = 2 }] }, "a cell lies on two arrays");
        AssertRefused(m => m with { Tiles = [m.Tiles[0], m.Tiles[0] with { FirstRow = 3, Rows = 2 }] }, "a cell lies on two arrays");
        AssertRefused(m => m with { Tiles = [m.Tiles[0] with { ColumnInArray = 100 }] }, "more than 128 x 128 cells");
        AssertRefused(m => m with { Tiles = [m.Tiles[0] with { FirstRow = -1 }] }, "an array lies outside the matrix");
    }

    [Fact]
    public void Arrays_of_zeros_may_be_left_out_except_where_a_zero_conducts()
    {
        CrossbarLayer layer = Layer();
        sbyte[] weights = layer.Weights.Span<sbyte>().ToArray();
        weights.AsSpan(0, 2 * layer.RowsPerGroup).Clear(); // outputs 0 and 1
        int two = 2 * layer.Mapping.ColumnsPerOutput;
        ArrayTile tile = layer.Mapping.Tiles[0];
        LayerMapping without = layer.Mapping with { Tiles = [tile with { FirstColumn = two, Columns = tile.Columns - two }] };
        CrossbarLayer pruned = layer with { Weights = Tensor.Create<sbyte>(layer.Weights.Shape, weights), Mapping = without };
        using CimModel model = Load(pruned);
        AssertRefused(pruned with { Mapping = Mappings.Of(1, 20, 16, 8, WeightEncoding.Offset, 2, 128) is var m
            ? m with { Tiles = [m.Tiles[0] with { FirstColumn = 8, Columns = m.Tiles[0].Columns - 8 }] }
            : m },
            "a weight lies on no array");
    }

    [Fact]
    public void Rows_that_lie_nowhere_or_twice_or_on_too_high_an_array_are_refused()
    {
        AssertRefused(m =>
            m with
            {
                RowOrder = [.. Enumerable.Range(0, 19)],
                RowTiles = [new RowTile(0, 19)],
                Tiles = [m.Tiles[0] with { Rows = 19 }],
            }, "a row that lies on no array has weights");
        AssertRefused(m => m with { RowOrder = [0, 0, .. Enumerable.Range(2, 18)] }, "the order of rows");
        AssertRefused(m => m with { RowTiles = [new RowTile(0, 10)] }, "the row tiles");
        CompiledModel low = Compile(Layer()) with { Hardware = TestPrograms.Isaac with { Rows = 16 } };
        AssertCorrupt(() => CimModel.Load(Unchecked(low)), "a row tile has 20 rows, an array 16");
    }

    [Fact]
    public void Slices_that_cannot_hold_a_weight_are_refused() => AssertRefused(m => m with { SliceBits = [2, 2, 1, 1] }, "cannot be held");

    [Fact]
    public void Numbers_that_would_become_infinite_are_refused()
    {
        CrossbarLayer layer = Layer();
        AssertRefused(layer with { WeightScales = layer.WeightScales.SetItem(3, 1e30f), Input = layer.Input with { Scale = 1e30f } },
            "a weight scale");
        AssertRefused(layer with { AdcCalibration = new AdcCalibration([-3e38f], [3e38f]) }, "an ADC range");
        AssertRefused(layer with { AdcCalibration = new AdcCalibration([float.NaN], [1]) }, "an ADC range");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(7)]
    public void A_tap_of_a_column_that_a_block_does_not_have_is_refused(int column)
    {
        CrossbarLayer layer = Layer();
        var block = new WeightBlock
        {
            Columns = layer.Outputs, WeightBits = layer.WeightBits, Mapping = layer.Mapping,
            Uses = [.. Enumerable.Range(0, layer.Outputs).Select(o => new ColumnUse(o, o, 0, false))],
        };
        using CimModel whole = Load(layer with { Blocks = [block] });
        AssertRefused(layer with { Blocks = [block with { Uses = block.Uses.SetItem(0, new ColumnUse(column, 0, 0, false)) }] }, "uses");
    }

    [Fact]
    public void Blocks_that_share_an_array_must_fit_it_together()
    {
        CrossbarLayer layer = Layer();
        ImmutableArray<WeightBlock> blocks = [Half(0), Half(8)];
        using CimModel model = Load(layer with { Blocks = blocks });
        AssertCorrupt(() =>
            CimModel.Load(Unchecked(Compile(layer with { Blocks = blocks }) with { Hardware = TestPrograms.Isaac with { Columns = 100 } })),
            "array 0 holds more than 100 columns");

        WeightBlock Half(int first) => new()
        {
            Columns = 8, WeightBits = layer.WeightBits,
                Uses = [.. Enumerable.Range(0, 8).Select(o => new ColumnUse(o, first + o, 0, false))],
            Mapping = layer.Mapping with { Tiles = [new ArrayTile(0, 1, 0, 20, 0, 64) { Array = 0, ColumnInArray = 8 * first }] },
        };
    }

    [Theory]
    [InlineData(ElementType.UInt8)]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Bool)]
    public void A_slice_whose_axes_are_no_integers_is_refused(ElementType type)
    {
        var b = new ProgramBuilder();
        int x = b.Input("x", ElementType.Float32, -1, 4);
        int axes = b.Constant(new Tensor(type, new Shape(1), new byte[type.SizeOf()]));
        int y = b.Step("Slice", null, [x, b.Constant(Ops.Longs(0)), b.Constant(Ops.Longs(2)), axes, b.Constant(Ops.Longs(1))],
            ElementType.Float32, -1, 2);
        AssertCorrupt(() => CimModel.Load(Unchecked(TestPrograms.Compile(b.Build(y)))), "axes");
    }

    [Fact]
    public void An_output_whose_shape_is_not_what_its_step_gives_is_refused()
    {
        var b = new ProgramBuilder();
        int x = b.Input("x", ElementType.Float32, -1, 2, 3);
        int shape = b.Step("Shape", null, [x], ElementType.Int64, 4);
        AssertCorrupt(() => CimModel.Load(Unchecked(TestPrograms.Compile(b.Build(shape)))), "is Int64[3] where Int64[4] is declared");
    }

    [Fact]
    public void Constants_that_a_few_bytes_would_blow_up_are_refused()
    {
        var b = new ProgramBuilder();
        int x = b.Input("x", ElementType.Float32, -1, 2);
        int large = b.Step("ConstantOfShape", null, [b.Constant(Ops.Longs(1 << 14, 1 << 13))], ElementType.Float32, 1 << 14, 1 << 13);
        AssertCorrupt(() => CimModel.Load(Unchecked(TestPrograms.Compile(b.Build(x, large)))), "more than 256 MiB");
    }

    [Fact]
    public void A_byte_after_the_end_is_refused_wherever_a_model_comes_from()
    {
        byte[] longer = [.. ModelWriter.ToBytes(Compile(Layer())), 0];
        AssertCorrupt(() => CimModel.Load(longer), "bytes of");
        AssertCorrupt(() => CimModel.Load(new MemoryStream(longer)), "data after its");
        AssertCorrupt(() => ModelInfo.Read(new MemoryStream(longer)), "bytes of");
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.cim");
        try
        {
            File.WriteAllBytes(path, longer);
            Assert.Equal(path, AssertCorrupt(() => CimModel.Load(path), "data after its").File);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static CrossbarLayer Layer() => TestPrograms.Matrices().Layers[0];

    private static CompiledModel Compile(CrossbarLayer layer) => TestPrograms.Compile(TestPrograms.Matrices() with { Layers = [layer] });

    private static CimModel Load(CrossbarLayer layer) => CimModel.Load(ModelWriter.ToBytes(Compile(layer)));

    private static void AssertRefused(Func<LayerMapping, LayerMapping> change, string why)
    {
        CrossbarLayer layer = Layer();
        AssertRefused(layer with { Mapping = change(layer.Mapping) }, why);
    }

    private static void AssertRefused(CrossbarLayer layer, string why)
    {
        CimException e = AssertCorrupt(() => CimModel.Load(Unchecked(Compile(layer))), why);
        Assert.Contains($"'{layer.Name}'", e.Message, StringComparison.Ordinal);
    }

    private static CimException AssertCorrupt(Action load, string why)
    {
        var e = Assert.Throws<CimException>(load);
        Assert.Equal(ErrorCodes.InvalidCompiledModel, e.Code);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        return e;
    }

    /// <summary>The file of a model that the writer would refuse.</summary>
    private static byte[] Unchecked(CompiledModel model)
    {
        var program = new ByteWriter();
        var data = new DataBlob();
        ProgramCodec.Write(program, model.Program, data);
        byte[] info = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(model.Info, InfoJson.Default.ModelInfo);
        return CimFile.Write(model.Info.SdkVersion, [info, HardwareProfiles.ToJson(model.Hardware), program.Written, data.ToArray()]);
    }
}
