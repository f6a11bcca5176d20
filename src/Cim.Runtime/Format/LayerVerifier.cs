using System.Collections.Immutable;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Blocks;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Operators;

namespace Cim.Runtime.Format;

/// <summary>Checks everything the simulator relies on, so that a damaged file is an error and never a stray memory access.</summary>
internal static class LayerVerifier
{
    // More than any sum of products of cell levels and inputs.
    private const float LargestSum = 1L << 40;

    /// <exception cref="CimException">CIM4001: the layer contradicts itself or the hardware; CIM4003: its cells cannot hold its
    /// weights.</exception>
    public static void Verify(CrossbarLayer layer, HardwareProfile profile)
    {
        string? problem = Sizes(layer) ?? Numbers(layer) ?? Ranges(layer.AdcCalibration, layer.Mapping)
            ?? Placement(layer.Mapping, layer.Groups, layer.RowsPerGroup, layer.ColumnsPerGroup) ?? BlockVerifier.Problem(layer)
            ?? TileVerifier.SharedArrays(layer.Blocks, profile);
        if (problem is null)
        {
            foreach (CrossbarLayer part in BlockParts.Of(layer))
            {
                problem ??= TileVerifier.Problem(part, profile);
                _ = new CellEncoder(part);
            }
        }

        if (problem is not null) throw CimFile.Corrupt($"layer '{layer.Name}' is inconsistent ({problem})");
    }

    private static string? Sizes(CrossbarLayer l)
    {
        if (l.Groups < 1 || l.RowsPerGroup < 1 || l.ColumnsPerGroup < 1 || l.PositionsPerImage < 1) return "an extent is not positive";
        long outputs = (long)l.Groups * l.ColumnsPerGroup;
        if (outputs > int.MaxValue || outputs * l.RowsPerGroup > int.MaxValue
            || outputs * l.PositionsPerImage * 4 > Operator.MaxTensorBytes)
            return "it is too large";
        if (l.Weights.Type != ElementType.Int8 || l.Weights.Length != outputs * l.RowsPerGroup) return "the weights";
        if (l.WeightScales.Length != outputs || l.Bias.Length != outputs) return "scales or biases";
        if (l.TestInputs is { } tests && (tests.Type != l.Input.StorageType || tests.Shape.Rank != 2 || tests.Shape[0] < 1
            || tests.Shape[1] != (long)l.Groups * l.RowsPerGroup)) return "the test inputs";
        if (l.Geometry is not { } g)
            return (long)l.Groups * l.RowsPerGroup * l.PositionsPerImage > Operator.MaxTensorBytes ? "it is too large" : null;
        foreach (int v in (ReadOnlySpan<int>)[
            g.InputChannels, g.InputHeight, g.InputWidth, g.KernelHeight, g.KernelWidth, g.StrideY, g.StrideX, g.DilationY, g.DilationX])
            if (v is < 1 or > 1 << 24) return "the convolution's extents";
        foreach (int v in (ReadOnlySpan<int>)[g.PadTop, g.PadLeft, g.PadBottom, g.PadRight])
            if (v is < 0 or > 1 << 24) return "the convolution's padding";
        long reachY = ((long)g.DilationY * (g.KernelHeight - 1)) + 1, reachX = ((long)g.DilationX * (g.KernelWidth - 1)) + 1;
        if (reachY > g.InputHeight + (long)g.PadTop + g.PadBottom || reachX > g.InputWidth + (long)g.PadLeft + g.PadRight)
            return "the kernel is larger than its input";
        if ((long)g.OutputHeight * g.OutputWidth != l.PositionsPerImage) return "the number of output positions";
        if ((long)g.InputHeight * g.InputWidth > Operator.MaxTensorBytes
            || (long)g.InputHeight * g.InputWidth * g.InputChannels > Operator.MaxTensorBytes)
            return "it is too large";
        long rows = (long)g.KernelHeight * g.KernelWidth;
        return rows > int.MaxValue || g.InputChannels % l.Groups != 0 || (g.InputChannels / l.Groups) * rows != l.RowsPerGroup
            ? "rows and kernel"
            : null;
    }

    private static string? Numbers(CrossbarLayer l)
    {
        if (l.WeightBits is < 1 or > 8) return "weight bits";
        if (l.AdcBits is < 0 or > 32) return "ADC bits";
        foreach (QuantizationParameters? q in (QuantizationParameters?[])[l.Input, l.Epilogue.Residual, l.Epilogue.Output])
            if (q is not null && (
                q.Bits is < 1 or > 8 || !float.IsFinite(q.Scale) || !(q.Scale > 0) || q.ZeroPoint < q.Min || q.ZeroPoint > q.Max))
                return "a quantization";
        foreach (float s in l.WeightScales)
        {
            // What a sum is multiplied with: an infinite factor would make 0 a NaN, which every vector width treats in its own way.
            double factor = (double)l.Input.Scale * s;
            if (!float.IsFinite(s) || !float.IsFinite((float)factor) || !float.IsFinite((float)(factor / (l.Epilogue.Output?.Scale ?? 1))))
                return "a weight scale";
        }

        if (float.IsNaN(l.Epilogue.Minimum) || float.IsNaN(l.Epilogue.Maximum)
            || (l.Epilogue.ResidualIsFloat && l.Epilogue.Residual is not null))
            return "the epilogue";
        return null;
    }

    /// <summary>What is wrong with converter ranges, or null.</summary>
    public static string? Ranges(AdcCalibration? ranges, LayerMapping mapping)
    {
        if (ranges is not { } adc) return null;
        if (adc.Low.Length != adc.High.Length || (adc.Low.Length != 1 && adc.Low.Length != mapping.SliceBits.Length))
            return "the ADC ranges";
        for (int i = 0; i < adc.Low.Length; i++)
            if (!(Math.Abs(adc.Low[i]) <= LargestSum) || !(Math.Abs(adc.High[i]) <= LargestSum) || adc.Low[i] > adc.High[i])
                return "an ADC range";
        return null;
    }

    /// <summary>What is wrong with the mapping of a matrix, or null.</summary>
    public static string? Placement(LayerMapping m, int groups, int rows, int columnsPerGroup)
    {
        if (!Enum.IsDefined(m.Encoding)) return "the encoding";
        if (m.SliceBits.Length is < 1 or > 8 || m.SliceBits.Any(b => b is < 1 or > 8) || m.SliceBits.Sum() > 16) return "the slices";
        if (m.RowOrder.Length > rows || m.RowOrder.Any(r => (uint)r >= (uint)rows) || m.RowOrder.Distinct().Count() != m.RowOrder.Length)
            return "the order of rows";
        int mapped = m.MappedRows(rows);
        if (!Covers(m.RowTiles, mapped)) return "the row tiles";
        long columns = (long)columnsPerGroup * m.ColumnsPerOutput;
        foreach (ArrayTile t in m.Tiles)
        {
            if (t.FirstGroup < 0 || t.GroupCount < 1 || (long)t.FirstGroup + t.GroupCount > groups || t.FirstRow < 0 || t.Rows < 1
                || (long)t.FirstRow + t.Rows > mapped || t.FirstColumn < 0 || t.Columns < 1 || (long)t.FirstColumn + t.Columns > columns
                || t.Array is < -1 or > 1 << 24 || t.ColumnInArray is < 0 or > 1 << 20)
                return "an array lies outside the matrix";
        }

        return null;
    }

    private static bool Covers(ImmutableArray<RowTile> tiles, int rows)
    {
        long next = 0;
        foreach (RowTile t in tiles)
        {
            if (t.FirstRow != next || t.Rows < 1) return false;
            next += t.Rows;
        }

        return next == rows;
    }
}
