using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Runtime.Format;

/// <summary>The binary form of a <see cref="CrossbarLayer"/>.</summary>
internal static class LayerCodec
{
    private const int HasAdcRanges = 1, HasTestInputs = 2, HasBlocks = 4;

    public static void Write(ByteWriter w, CrossbarLayer layer, DataBlob data)
    {
        w.String(layer.Name);
        w.Int(layer.Groups);
        w.Int(layer.RowsPerGroup);
        w.Int(layer.ColumnsPerGroup);
        w.Int(layer.PositionsPerImage);
        w.Bool(layer.Geometry is not null);
        if (layer.Geometry is { } g) Geometry(w, g);
        ProgramCodec.Tensor(w, layer.Weights, data);
        w.Int(layer.WeightBits);
        w.List(layer.WeightScales, static (w, s) => w.Float(s));
        w.List(layer.Bias, static (w, b) => w.Int(b));
        Quantization(w, layer.Input);
        Epilogue(w, layer.Epilogue);
        Mapping(w, layer.Mapping);
        w.Int(layer.AdcBits);
        w.Byte((byte)((layer.AdcCalibration is not null ? HasAdcRanges : 0) | (
            layer.TestInputs is not null ? HasTestInputs : 0) | (layer.Blocks.IsEmpty ? 0 : HasBlocks)));
        if (layer.AdcCalibration is { } adc)
        {
            w.List(adc.Low, static (w, v) => w.Float(v));
            w.List(adc.High, static (w, v) => w.Float(v));
        }
        if (layer.TestInputs is { } tests) ProgramCodec.Tensor(w, tests, data);
        if (!layer.Blocks.IsEmpty) w.List(layer.Blocks, (w, block) => Block(w, block, data));
    }

    public static CrossbarLayer Read(ByteReader r, ReadOnlyMemory<byte> data)
    {
        CrossbarLayer layer = Always(r, data);
        byte parts = r.Byte();
        if ((parts & ~(HasAdcRanges | HasTestInputs | HasBlocks)) != 0) throw CimFile.Corrupt("a layer has parts that are unknown");
        if ((parts & HasAdcRanges) != 0)
            layer = layer with { AdcCalibration = new AdcCalibration(r.List(4, static r => r.Float()), r.List(4, static r => r.Float())) };
        if ((parts & HasTestInputs) != 0) layer = layer with { TestInputs = ProgramCodec.Tensor(r, data) };
        return (parts & HasBlocks) == 0 ? layer : layer with { Blocks = r.List(20, r => Block(r, data)) };
    }

    private static CrossbarLayer Always(ByteReader r, ReadOnlyMemory<byte> data) => new()
    {
        Name = r.String(),
        Groups = r.Int(),
        RowsPerGroup = r.Int(),
        ColumnsPerGroup = r.Int(),
        PositionsPerImage = r.Int(),
        Geometry = r.Bool() ? Geometry(r) : null,
        Weights = ProgramCodec.Tensor(r, data),
        WeightBits = r.Int(),
        WeightScales = r.List(4, static r => r.Float()),
        Bias = r.Ints(),
        Input = Quantization(r),
        Epilogue = Epilogue(r),
        Mapping = Mapping(r),
        AdcBits = r.Int(),
    };

    /// <summary>What a layer of another plan has of its own: the rest is the layer's of the first program.</summary>
    public static void WriteUse(ByteWriter w, CrossbarLayer layer)
    {
        w.Int(layer.PositionsPerImage);
        w.Bool(layer.Geometry is not null);
        if (layer.Geometry is { } geometry) Geometry(w, geometry);
        Epilogue(w, layer.Epilogue);
    }

    /// <summary>The same layer as another plan uses it.</summary>
    public static CrossbarLayer ReadUse(ByteReader r, CrossbarLayer layer) => layer with
    {
        PositionsPerImage = r.Int(),
        Geometry = r.Bool() ? Geometry(r) : null,
        Epilogue = Epilogue(r),
    };

    private static void Block(ByteWriter w, WeightBlock block, DataBlob data)
    {
        w.Int(block.Columns);
        w.List(block.Uses, static (w, t) =>
        {
            foreach (int v in (ReadOnlySpan<int>)[t.Column, t.Output, t.Shift]) w.Int(v);
            w.Bool(t.Negative);
        });
        w.Int(block.WeightBits);
        Mapping(w, block.Mapping);
        Ranges(w, block.AdcCalibration);
        if (block.Integers is { } integers) ProgramCodec.Tensor(w, integers, data);
    }

    private static WeightBlock Block(ByteReader r, ReadOnlyMemory<byte> data)
    {
        var block = new WeightBlock
        {
            Columns = r.Int(),
            Uses = r.List(13, static r => new ColumnUse(r.Int(), r.Int(), r.Int(), r.Bool())),
            WeightBits = r.Int(),
            Mapping = Mapping(r),
            AdcCalibration = Ranges(r),
        };
        // Only blocks of unsigned cells have integers of their own, so files from before there were any read as ever.
        return block.Mapping.Encoding == WeightEncoding.Unsigned ? block with { Integers = ProgramCodec.Tensor(r, data) } : block;
    }

    private static void Ranges(ByteWriter w, AdcCalibration? adc)
    {
        w.Bool(adc is not null);
        if (adc is null) return;
        w.List(adc.Low, static (w, v) => w.Float(v));
        w.List(adc.High, static (w, v) => w.Float(v));
    }

    private static AdcCalibration? Ranges(ByteReader r) =>
        r.Bool() ? new AdcCalibration(r.List(4, static r => r.Float()), r.List(4, static r => r.Float())) : null;

    private static void Geometry(ByteWriter w, ConvolutionGeometry g)
    {
        foreach (int v in (
            ReadOnlySpan<int>)[g.InputChannels, g.InputHeight, g.InputWidth, g.KernelHeight, g.KernelWidth, g.StrideY, g.StrideX,
            g.PadTop, g.PadLeft, g.PadBottom, g.PadRight, g.DilationY, g.DilationX]) w.Int(v);
    }

    // Named, as the axes do not lie apart in the file.
    private static ConvolutionGeometry Geometry(ByteReader r)
    {
        int channels = r.Int(), height = r.Int(), width = r.Int(), kernelHeight = r.Int(), kernelWidth = r.Int();
        int strideY = r.Int(), strideX = r.Int(), top = r.Int(), left = r.Int(), bottom = r.Int(), right = r.Int();
        int dilationY = r.Int(), dilationX = r.Int();
        return new ConvolutionGeometry(channels,
            new ConvolutionAxis(height, kernelHeight, strideY, top, bottom, dilationY),
            new ConvolutionAxis(width, kernelWidth, strideX, left, right, dilationX));
    }

    private static void Quantization(ByteWriter w, QuantizationParameters q)
    {
        w.Float(q.Scale);
        w.Int(q.ZeroPoint);
        w.Int(q.Bits);
        w.Bool(q.Signed);
    }

    private static QuantizationParameters Quantization(ByteReader r) => new(r.Float(), r.Int(), r.Int(), r.Bool());

    private static void Epilogue(ByteWriter w, Epilogue e)
    {
        w.Bool(e.Residual is not null);
        if (e.Residual is not null) Quantization(w, e.Residual);
        w.Bool(e.ResidualIsFloat);
        w.Float(e.Minimum);
        w.Float(e.Maximum);
        w.Bool(e.Output is not null);
        if (e.Output is not null) Quantization(w, e.Output);
    }

    private static Epilogue Epilogue(ByteReader r) => new(
        r.Bool() ? Quantization(r) : null, r.Bool(), r.Float(), r.Float(), r.Bool() ? Quantization(r) : null);

    private static void Mapping(ByteWriter w, LayerMapping m)
    {
        w.Byte((byte)m.Encoding);
        w.List(m.SliceBits, static (w, b) => w.Int(b));
        w.List(m.RowTiles, static (w, t) =>
        {
            w.Int(t.FirstRow);
            w.Int(t.Rows);
        });
        w.List(m.Tiles, static (w, t) =>
        {
            foreach (int v in (
                ReadOnlySpan<int>)[t.FirstGroup, t.GroupCount, t.FirstRow, t.Rows, t.FirstColumn, t.Columns, t.Array, t.ColumnInArray])
                w.Int(v);
        });
        w.List(m.RowOrder, static (w, r) => w.Int(r));
    }

    private static LayerMapping Mapping(ByteReader r) => new()
    {
        Encoding = (WeightEncoding)r.Byte(),
        SliceBits = r.Ints(),
        RowTiles = r.List(8, static r => new RowTile(r.Int(), r.Int())),
        Tiles = r.List(32, static r => new ArrayTile(r.Int(), r.Int(), r.Int(), r.Int(), r.Int(), r.Int())
        {
            Array = r.Int(),
            ColumnInArray = r.Int(),
        }),
        RowOrder = r.Ints(),
    };
}
