using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.RandomNumbers;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Analog;

// From indices to the sums of all outputs at up to 64 positions.
internal sealed unsafe partial class LookupLayer
{
    // All outputs of up to 64 positions of a band.
    private void Compute(in Parts parts, int group, int first, int count, int imageKey, int firstPosition)
    {
        int blocks = (count + Block - 1) / Block, columns = _layer.ColumnsPerGroup, slices = _plan.Cells.Slices.Length;
        new Span<int>(parts.Accumulators, columns * Chunk).Clear();
        new Span<int>(parts.InputSums, Chunk).Clear();
        ReadOnlySpan<int> order = LookupConversion.Order;
        for (int i = 0; i < Chunk && _noise is not null; i++)
            parts.Counters[
                i] = NormalPairs.Counter<Lanes1, int, float>(unchecked(firstPosition + (i / Block * Block) + order[i % Block]), imageKey);
        for (int t = 0; t < _tables.Tiles.Length; t++)
        {
            LookupTile tile = _tables.Tiles[t];
            Gather(parts, tile, first, count);
            if (_plan.Cells.Offset != 0 || _noise is not null) SumInputs(parts, t, blocks);
            for (int u = 0; u < _tables.Units.Length; u++)
            {
                LookupUnit unit = _tables.Units[u];
                byte* tables = parts.Tables + _tables.Start(group, t, u);
                for (int block = 0; block < blocks; block++)
                {
                    int tablesOfUnit = Math.Max(2, _tables.Digits), bitStride = tablesOfUnit * Block;
                    for (int bit = 0; bit < _bits; bit += LookupSums.Bits)
                    {
                        byte* indices = IndicesOf(parts, bit, block);
                        ushort* sums = parts.Sums + (bit * bitStride);
                        if (tablesOfUnit == 2) LookupSums.TwoTables(indices, tables, tile.PaddedSteps, _tables.Segment, sums);
                        else LookupSums.ThreeTables(indices, tables, tile.PaddedSteps, sums);
                    }
                    Read(parts, group, t, unit.Column, block, parts.Sums, bitStride);
                    if (unit.Other >= 0) Read(parts, group, t, unit.Other, block, parts.Sums + Block, bitStride);
                }
            }
        }
        for (int c = 0; c < columns; c++)
            Finish(parts.Accumulators + (c * Chunk), _plan.Constants[(group * columns) + c] + _plan.CodeZero, parts.InputSums, blocks);
    }

    // Where the indices of two bits at a block of positions begin: [step][bit][position].
    private byte* IndicesOf(in Parts parts, int bit, int block) =>
        parts.Gathered + (((((nint)bit / LookupSums.Bits) * (Chunk / Block)) + block) * _tables.LongestTile * LookupSums.StepBytes);

    // The indices of a tile's steps at the chunk's positions.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Gather(in Parts parts, LookupTile tile, int first, int count)
    {
        int width = _layout.Geometry.OutputWidth, longest = _tables.LongestTile;
        nint pitch = (nint)_layout.Geometry.StrideY * _layout.RowLength, bitPitch = (nint)_tables.Planes * _planeLength;
        for (int bit = 0; bit < _bits; bit += LookupSums.Bits)
        for (int block = 0; block * Block < count; block++)
        {
            int runs = 0;
            for (int done = block * Block; done < Math.Min(count, (block + 1) * Block); runs++)
            {
                int row = (first + done) / width, x = (first + done) % width;
                (parts.RunFrom[runs], parts.RunTo[runs]) = ((int)(row * pitch) + x, done - (block * Block));
                done += Math.Min(width - x, ((block + 1) * Block) - done);
            }
            // In the order of addresses: a run's vector is written whole, and what is too much is overwritten by what comes next.
            byte* to = IndicesOf(parts, bit, block);
            foreach (int offset in tile.Offsets)
            {
                byte* plane = parts.Planes + (bit * bitPitch) + offset;
                for (int b = 0; b < LookupSums.Bits; b++, to += Block)
                {
                    for (int r = 0; r < runs && bit + b < _bits; r++) Vector256.Load(plane + parts.RunFrom[r]).Store(to + parts.RunTo[r]);
                    plane += bitPitch;
                }
            }
            // The empty step after an odd number reads any valid index.
            if (tile.PaddedSteps > tile.Offsets.Length) new Span<byte>(to, LookupSums.StepBytes).Clear();
        }
    }

    // How many inputs of a tile are on: for the offset of the weights, and for the noise.
    private void SumInputs(in Parts parts, int t, int blocks)
    {
        int* counts = stackalloc int[Block];
        fixed (byte* ones = _tables.Ones[t])
        {
            for (int block = 0; block < blocks; block++)
            for (int bit = 0; bit < _bits; bit += LookupSums.Bits)
            {
                LookupSums.TwoTables(IndicesOf(parts, bit, block), ones, _tables.Tiles[t].PaddedSteps,
                    byte.MaxValue / LookupTables.Rows / 2 * 2, parts.Sums);
                for (int b = bit; b < Math.Min(_bits, bit + LookupSums.Bits); b++)
                {
                    LookupConversion.Counts(parts.Sums + ((b - bit) * 2 * Block), counts);
                    int* sums = parts.InputSums + (block * Block);
                    float* amplitudes = parts.Amplitudes + (b * Chunk) + (block * Block);
                    var factor = Vector256.Create(_plan.Inputs[b].Factor);
                    for (int i = 0; i < Block; i += Lanes)
                    {
                        Vector256<int> x = Vector256.Load(counts + i);
                        (Vector256.Load(sums + i) + (x * factor)).Store(sums + i);
                        if (_noise is not null) Vector256.Sqrt(Vector256.ConvertToSingle(x)).Store(amplitudes + i);
                    }
                }
            }
        }
    }

    // Converts all bits of a column and adds it to its output.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Read(in Parts parts, int group, int t, int column, int block, ushort* sums, int bitStride)
    {
        int slices = _plan.Cells.Slices.Length, output = column / slices, slice = column % slices;
        AdcConverter adc = _plan.Converters[slice];
        float* codes = stackalloc float[Block];
        var digits = new DigitSums
        {
            Values = sums,
            Stride = bitStride,
            Bits = _bits,
            Digits = _tables.Digits,
            DigitBits = _tables.DigitBits,
            Start = _starts[(((group * _tables.Tiles.Length) + t) * _tables.Columns) + column],
        };
        if (_tables.FitsShorts && _fractionBits[slice] == 0 && _noise is null)
            LookupConversion.CodesOfShortSums(digits, parts.BitFactors, adc, codes);
        else
            ReadFloats(parts, (t * slices) + slice, (group * _paddedColumns) + output, block, digits, codes);
        int* to = parts.Accumulators + (output * Chunk) + (block * Block);
        int factor = _plan.Cells.Slices[slice].Factor;
        for (int i = 0; i < Block; i += Lanes)
        {
            Vector256<float> code = Vector256.Load(codes + i);
            if (_plan.IsInteger)
                (Vector256.Load(to + i) + (Avx.ConvertToVector256Int32(code) * Vector256.Create(factor * (int)adc.Step))).Store(to + i);
            else
                Lanes256.FusedF(code, Vector256.Create(factor * adc.Step), Vector256.Load((float*)to + i)).Store((float*)to + i);
        }
    }

    // The conversions of a row tile and weight slice; outputs are padded to whole blocks.
    private void ReadFloats(in Parts parts, int tileSlice, int paddedOutput, int block, in DigitSums digits, float* codes)
    {
        int slice = tileSlice % _plan.Cells.Slices.Length;
        LookupConversion.Floats(digits, parts.Values);
        if (_noise is not null)
        {
            int padded = _layer.Groups * _paddedColumns;
            LookupConversion.AddNoise(parts.Values, _bits, new ColumnNoise
            {
                Amplitudes = parts.Amplitudes + (block * Block),
                AmplitudeStride = Chunk,
                Sigma = MathF.ScaleB(_noise.Sigmas[slice], _fractionBits[slice]),
                Counters = parts.Counters + (block * Block),
                Keys = parts.Keys + (2 * (((nint)tileSlice * _bits * padded) + paddedOutput)),
                KeyStride = (nint)4 * padded,
            });
        }
        LookupConversion.Codes(parts.Values, _bits, parts.BitFactors, _plan.Converters[slice], _fractionBits[slice], codes);
    }

    private void Finish(int* accumulators, double constant, int* inputs, int blocks)
    {
        int step = _plan.Cells.WeightStep, offset = _plan.Cells.Offset;
        for (int i = 0; i < blocks * Block; i += Lanes)
        {
            Vector256<int> x = Vector256.Load(inputs + i);
            if (_plan.IsInteger)
            {
                Vector256<int> sum = (Vector256.Load(accumulators + i) * step) + Vector256.Create(unchecked((int)(long)constant));
                (sum - (x * offset)).Store(accumulators + i);
                continue;
            }
            Vector256<float> real = Lanes256.FusedF(
                Vector256.Load((float*)accumulators + i), Vector256.Create((float)step), Vector256.Create((float)constant));
            Lanes256.FusedF(Vector256.ConvertToSingle(x), Vector256.Create((float)-offset), real).Store((float*)accumulators + i);
        }
        for (int block = 0; block < blocks; block++) LookupConversion.Sort(accumulators + (block * Block));
    }
}
