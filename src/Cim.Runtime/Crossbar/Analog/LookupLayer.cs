using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.RandomNumbers;

namespace Cim.Runtime.Crossbar.Analog;

/// <summary>
/// A layer whose inputs are streamed and converted bit by bit, by table lookup (AVX2): the same sums, noise, conversions and
/// order of additions as <see cref="AnalogLayer{L, TI, TF}"/>, so the same bytes.
/// </summary>
internal sealed unsafe class LookupLayer : PreparedLayer
{
    private const int Block = LookupSums.Positions;
    private const int Chunk = 2 * Block;
    private const int Lanes = 8;

    private readonly AnalogPlan _plan;
    private readonly CrossbarLayer _layer;
    private readonly PlaneLayout _layout;
    private readonly LookupTables _tables;
    private readonly ReadNoise? _noise;
    private readonly int[] _starts;
    private readonly int[] _fractionBits;
    private readonly float[] _bitFactors;
    private readonly Requantizer _requantizer;
    private readonly int _bits;
    private readonly int _paddedBits;
    private readonly int _planeLength;
    private readonly int _bandRows;
    private readonly int _paddedColumns;

    /// <param name="plan">How the product is split; one that <see cref="FixedLevels.Suits"/>.</param>
    /// <param name="levels">The cells.</param>
    /// <param name="errors">Errors of the read-out, null for none.</param>
    public LookupLayer(AnalogPlan plan, FixedLevels levels, ColumnErrors? errors)
    {
        (_plan, _layer, _noise, _fractionBits) = (plan, plan.Layer, errors?.Noise, levels.FractionBits);
        ConvolutionGeometry geometry = _layer.Geometry
            ?? new ConvolutionGeometry(_layer.RowsPerGroup * _layer.Groups, 1, Chunk, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1);
        _layout = new PlaneLayout(geometry, geometry.InputChannels / _layer.Groups, 1, pairsTaps: false);
        _bits = plan.Inputs.Length;
        _paddedBits = (_bits + LookupSums.Bits - 1) / LookupSums.Bits * LookupSums.Bits;
        _bitFactors = [.. plan.Inputs.Select(i => (float)i.Factor)];
        _bandRows = Bands.Rows(_layout, (long)_layout.Channels * (1 + ((_bits + 3) / 4)) * _layout.RowLength);
        // A whole number of vectors, and room to read one vector past the last row.
        _planeLength = (BytePlanes.PlaneBytes(_layout, _layout.InputRows(_bandRows)) + (2 * Block) - 1) / Block * Block;
        _tables = new LookupTables(plan, levels, _layout, _planeLength);
        _starts = _tables.Starts;
        if (errors?.Offsets is { } offsets) AddOffsets(levels.Offsets(offsets, _layer.Outputs));
        _requantizer = new Requantizer(_layer);
        _paddedColumns = (_layer.ColumnsPerGroup + PairProducts.Outputs - 1) / PairProducts.Outputs * PairProducts.Outputs;
    }

    private void AddOffsets(int[] offsets)
    {
        int slices = _plan.Cells.Slices.Length, tiles = _tables.Tiles.Length;
        for (int i = 0; i < _starts.Length; i++)
        {
            int column = i % _tables.Columns, tile = i / _tables.Columns % tiles, group = i / _tables.Columns / tiles;
            int output = (group * _layer.ColumnsPerGroup) + (column / slices);
            _starts[i] += offsets[(((tile * slices) + (column % slices)) * _layer.Outputs) + output];
        }
    }

    /// <inheritdoc/>
    public override int WorkspaceBytes(int images)
    {
        var workspace = new Workspace(null);
        _ = new Parts(this, ref workspace);
        return workspace.Used;
    }

    /// <inheritdoc/>
    public override void Run(in LayerCall call)
    {
        fixed (byte* input = call.Input, residual = call.Residual, output = call.Output, memory = call.Workspace, tables = _tables.Values)
        fixed (int* keys = _noise?.Keys)
        fixed (float* factors = _bitFactors)
        {
            var workspace = new Workspace(memory);
            var parts = new Parts(this, ref workspace) { Tables = tables, Keys = keys, BitFactors = factors };
            if (_layer.Geometry is null)
                RunMatrix(call.Images, call.FirstImage, input, residual, output, parts);
            else
                RunConvolution(call.Images, call.FirstImage, input, residual, output, parts);
        }
    }

    private void RunConvolution(int images, long firstImage, byte* input, byte* residual, byte* output, in Parts parts)
    {
        ConvolutionGeometry g = _layout.Geometry;
        nint imageSize = (nint)g.InputChannels * g.InputHeight * g.InputWidth, groupSize = imageSize / _layer.Groups;
        int outputSize = g.OutputHeight * g.OutputWidth;
        for (int image = 0; image < images; image++)
        {
            int imageKey = _noise is null ? 0 : unchecked((int)_noise.Stream.At(-1).Bits(firstImage + image));
            for (int group = 0; group < _layer.Groups; group++)
            for (int y = 0; y < g.OutputHeight; y += _bandRows)
            {
                int rows = Math.Min(_bandRows, g.OutputHeight - y), positions = rows * g.OutputWidth;
                BytePlanes.FromImage(_layout, input + (image * imageSize) + (group * groupSize), (byte)_layer.Input.ZeroPoint,
                    y * g.StrideY, _layout.InputRows(rows), _planeLength, parts.Bytes);
                Indices(parts);
                for (int first = 0; first < positions; first += Chunk)
                {
                    int count = Math.Min(Chunk, positions - first);
                    Compute(parts, group, first, count, imageKey, (y * g.OutputWidth) + first);
                    for (int c = 0; c < _layer.ColumnsPerGroup; c++)
                    {
                        int o = (group * _layer.ColumnsPerGroup) + c;
                        nint at = ((((nint)image * _layer.Outputs) + o) * outputSize) + ((nint)y * g.OutputWidth) + first;
                        _requantizer.Positions<Lanes256, Vector256<int>, Vector256<float>>(parts.Accumulators + (c * Chunk),
                            !_plan.IsInteger, count, o, residual + (at * _requantizer.ResidualBytes),
                            output + (at * _requantizer.OutputBytes));
                    }
                }
            }
        }
    }

    private void RunMatrix(int images, long firstImage, byte* input, byte* residual, byte* output, in Parts parts)
    {
        long all = (long)images * _layer.PositionsPerImage, origin = firstImage * _layer.PositionsPerImage;
        int rows = _layer.RowsPerGroup, columns = _layer.ColumnsPerGroup;
        nint stride = (nint)rows * _layer.Groups;
        for (int group = 0; group < _layer.Groups; group++)
        for (long p = 0; p < all; p += Chunk)
        {
            int count = (int)Math.Min(Chunk, all - p);
            BytePlanes.FromRows(input + ((nint)p * stride) + (group * rows), rows, stride, count, (byte)_layer.Input.ZeroPoint,
                _planeLength, parts.Bytes);
            Indices(parts);
            int imageKey = _noise is null ? 0 : unchecked((int)_noise.Stream.At(-2).Bits((origin + p) >> 32));
            Compute(parts, group, 0, count, imageKey, unchecked((int)(origin + p)));
            for (int i = 0; i < count; i++)
            {
                for (int c = 0; c < columns; c++) parts.Row[c] = parts.Accumulators[(c * Chunk) + i];
                nint at = (nint)(((p + i) * _layer.Outputs) + (group * columns));
                _requantizer.Outputs<Lanes256, Vector256<int>, Vector256<float>>(parts.Row, !_plan.IsInteger, columns, group * columns,
                    residual + (at * _requantizer.ResidualBytes), output + (at * _requantizer.OutputBytes));
            }
        }
    }

    private void Indices(in Parts parts)
    {
        byte* bytes = parts.Bytes;
        for (int bit = 0; bit < _bits; bit++)
        foreach (LookupTile tile in _tables.Tiles)
        {
            for (int plane = 0; plane < tile.Planes; plane++)
            {
                int channel = tile.FirstChannel + (LookupTables.Rows * plane);
                LookupSums.Indices(
                    At(channel, tile), At(channel + 1, tile), At(channel + 2, tile), At(channel + 3, tile), _plan.Inputs[bit].Shift,
                    _planeLength, parts.Planes + ((((nint)bit * _tables.Planes) + tile.FirstPlane + plane) * _planeLength));
            }
        }
        byte* At(int channel, LookupTile tile) => channel < tile.EndChannel ? bytes + ((nint)channel * _planeLength) : null;
    }

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
        int start = _starts[(((group * _tables.Tiles.Length) + t) * _tables.Columns) + column];
        if (_tables.FitsWords && _fractionBits[slice] == 0 && _noise is null)
            LookupConversion.CodesOfWords(
                sums, bitStride, _bits, _tables.Digits == 2, _tables.DigitBits, start, parts.BitFactors, adc, codes);
        else
            ReadFloats(parts, group, t, output, slice, block, sums, bitStride, start, codes);
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

    private void ReadFloats(
        in Parts parts, int group, int t, int output, int slice, int block, ushort* sums, int bitStride, int start, float* codes)
    {
        LookupConversion.Floats(sums, bitStride, _bits, _tables.Digits, _tables.DigitBits, start, parts.Values);
        if (_noise is not null)
        {
            int padded = _layer.Groups * _paddedColumns, number = ((t * _plan.Cells.Slices.Length) + slice) * _bits;
            int* keys = parts.Keys + (2 * (((nint)number * padded) + (group * _paddedColumns) + output));
            LookupConversion.AddNoise(parts.Values, _bits, parts.Amplitudes + (block * Block), Chunk,
                MathF.ScaleB(_noise.Sigmas[slice], _fractionBits[slice]), parts.Counters + (block * Block), keys, (nint)4 * padded);
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

    /// <summary>The workspace, cut up.</summary>
    private readonly ref struct Parts
    {
        public readonly byte* Bytes;
        public readonly byte* Planes;
        public readonly byte* Gathered;
        public readonly ushort* Sums;
        public readonly int* Accumulators;
        public readonly int* InputSums;
        public readonly float* Amplitudes;
        public readonly float* Values;
        public readonly int* Counters;
        public readonly int* Row;
        public readonly int* RunFrom;
        public readonly int* RunTo;

        public Parts(LookupLayer layer, ref Workspace workspace)
        {
            Bytes = workspace.Take(((long)layer._layout.Channels * layer._planeLength) + Block);
            Planes = workspace.Take(((long)layer._bits * layer._tables.Planes * layer._planeLength) + Chunk);
            Gathered = workspace.Take(((long)layer._tables.LongestTile * layer._paddedBits * Chunk) + Chunk);
            Sums = (ushort*)workspace.Take((long)layer._paddedBits * Math.Max(2, layer._tables.Digits) * Block * sizeof(ushort));
            Accumulators = workspace.TakeInts(((long)layer._layer.ColumnsPerGroup * Chunk) + Requantizer.Slack);
            InputSums = workspace.TakeInts(Chunk);
            Amplitudes = workspace.TakeFloats((long)layer._paddedBits * Chunk);
            Values = workspace.TakeFloats((long)layer._paddedBits * Block);
            Counters = workspace.TakeInts(Chunk);
            Row = workspace.TakeInts(layer._layer.ColumnsPerGroup + Requantizer.Slack);
            RunFrom = workspace.TakeInts(Chunk);
            RunTo = workspace.TakeInts(Chunk);
        }

        public byte* Tables { get; init; }

        public int* Keys { get; init; }

        public float* BitFactors { get; init; }
    }
}
