using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Kernels;

namespace Cim.Runtime.Crossbar.Analog;

/// <summary>
/// <see cref="Fidelity.Adc"/> with inputs streamed bit by bit, by table lookup (AVX2): the same sums, conversions and order of
/// additions as <see cref="AnalogLayer{L, TI, TF}"/>, so the same bytes.
/// </summary>
internal sealed unsafe class LookupLayer : PreparedLayer
{
    private const int Block = LookupSums.Positions;
    private const int Chunk = 2 * Block;
    private const int Lanes = 8;
    private const int SecondTable = LookupSums.SumLength / 2;

    private readonly AnalogPlan _plan;
    private readonly CrossbarLayer _layer;
    private readonly PlaneLayout _layout;
    private readonly LookupTables _tables;
    private readonly Requantizer _requantizer;
    private readonly int _bits;
    private readonly int _paddedBits;
    private readonly int _planeLength;
    private readonly int _bandRows;
    private readonly int _maxSteps;

    public LookupLayer(AnalogPlan plan)
    {
        (_plan, _layer) = (plan, plan.Layer);
        ConvolutionGeometry geometry = _layer.Geometry
            ?? new ConvolutionGeometry(_layer.RowsPerGroup * _layer.Groups, 1, Chunk, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1);
        _layout = new PlaneLayout(geometry, geometry.InputChannels / _layer.Groups, 1, pairsTaps: false);
        _bits = plan.Inputs.Length;
        _paddedBits = (_bits + LookupSums.Bits - 1) / LookupSums.Bits * LookupSums.Bits;
        _bandRows = Bands.Rows(_layout, (long)_layout.Channels * (1 + ((_bits + 3) / 4)) * _layout.RowLength);
        // A whole number of vectors, and room to read one vector past the last row.
        _planeLength = (BytePlanes.PlaneBytes(_layout, _layout.InputRows(_bandRows)) + (2 * Block) - 1) / Block * Block;
        _tables = new LookupTables(plan, _layout, _planeLength);
        _maxSteps = _tables.Offsets.Max(o => o.Length);
        _requantizer = new Requantizer(_layer);
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
        fixed (byte* input = call.Input, residual = call.Residual, output = call.Output, memory = call.Workspace)
        fixed (sbyte* tables = _tables.Values)
        fixed (ushort* segments = _tables.Segments)
        {
            var workspace = new Workspace(memory);
            var parts = new Parts(this, ref workspace) { Tables = tables, Segments = segments };
            if (_layer.Geometry is null)
                RunMatrix(call.Images, input, residual, output, parts);
            else
                RunConvolution(call.Images, input, residual, output, parts);
        }
    }

    private void RunConvolution(int images, byte* input, byte* residual, byte* output, in Parts parts)
    {
        ConvolutionGeometry g = _layout.Geometry;
        nint imageSize = (nint)g.InputChannels * g.InputHeight * g.InputWidth, groupSize = imageSize / _layer.Groups;
        int outputSize = g.OutputHeight * g.OutputWidth;
        for (int image = 0; image < images; image++)
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
                Compute(parts, group, first, count);
                for (int c = 0; c < _layer.ColumnsPerGroup; c++)
                {
                    int o = (group * _layer.ColumnsPerGroup) + c;
                    nint at = ((((nint)image * _layer.Outputs) + o) * outputSize) + ((nint)y * g.OutputWidth) + first;
                    _requantizer.Positions<Lanes256, Vector256<int>, Vector256<float>>(parts.Accumulators + (c * Chunk),
                        !_plan.IsInteger, count, o, residual + (at * _requantizer.ResidualBytes), output + (at * _requantizer.OutputBytes));
                }
            }
        }
    }

    private void RunMatrix(int images, byte* input, byte* residual, byte* output, in Parts parts)
    {
        long all = (long)images * _layer.PositionsPerImage;
        int rows = _layer.RowsPerGroup, columns = _layer.ColumnsPerGroup;
        nint stride = (nint)rows * _layer.Groups;
        for (int group = 0; group < _layer.Groups; group++)
        for (long p = 0; p < all; p += Chunk)
        {
            int count = (int)Math.Min(Chunk, all - p);
            BytePlanes.FromRows(input + ((nint)p * stride) + (group * rows), rows, stride, count, (byte)_layer.Input.ZeroPoint,
                _planeLength, parts.Bytes);
            Indices(parts);
            Compute(parts, group, 0, count);
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
        for (int quad = 0; quad < _tables.Quads; quad++)
        {
            int channel = 4 * quad;
            byte* source = parts.Bytes + ((nint)channel * _planeLength);
            LookupSums.Indices(source, At(channel + 1), At(channel + 2), At(channel + 3), _plan.Inputs[bit].Shift, _planeLength,
                parts.Planes + ((((nint)bit * _tables.Quads) + quad) * _planeLength));
        }
        byte* At(int channel) => channel < _layout.Channels ? bytes + ((nint)channel * _planeLength) : null;
    }

    // All outputs of up to 64 positions of a band.
    private void Compute(in Parts parts, int group, int first, int count)
    {
        int blocks = (count + Block - 1) / Block, columns = _layer.ColumnsPerGroup;
        new Span<int>(parts.Accumulators, (columns + 1) * Chunk).Clear();
        for (int t = 0; t < _tables.Tiles; t++)
        {
            Gather(parts, t, first, count);
            for (int u = 0; u < _tables.Units.Length; u++)
            {
                LookupUnit unit = _tables.Units[u];
                sbyte* tables = parts.Tables + _tables.Start(group, t, u);
                ushort* segments = parts.Segments + _tables.SegmentStart(group, t, u);
                for (int block = 0; block < blocks; block++)
                {
                    for (int bit = 0; bit < _bits; bit += LookupSums.Bits)
                    {
                        LookupSums.TwoTables(parts.Gathered + (bit * Chunk) + (block * Block), (nint)_paddedBits * Chunk, Chunk,
                            tables, segments, SumsOf(parts, bit));
                    }
                    // All bits of one slice before the next: float additions keep the order of the definition.
                    int* to = parts.Accumulators + (block * Block);
                    for (int bit = 0; bit < _bits; bit += LookupSums.Bits)
                    {
                        short* sums = SumsOf(parts, bit);
                        Convert(sums, unit.Combined ? sums + SecondTable : null, unit.OutputA, unit.SliceA, bit, to);
                    }
                    for (int bit = 0; bit < _bits && !unit.Combined && unit.OutputB >= 0; bit += LookupSums.Bits)
                        Convert(SumsOf(parts, bit) + SecondTable, null, unit.OutputB, unit.SliceB, bit, to);
                }
            }
        }
        int* inputs = parts.Accumulators + (columns * Chunk);
        for (int c = 0; c < columns; c++)
            Finish(parts.Accumulators + (c * Chunk), _plan.Constants[(group * columns) + c], inputs, blocks * Block);
    }

    private static short* SumsOf(in Parts parts, int bit) => parts.Sums + (bit / LookupSums.Bits * LookupSums.SumLength);

    // The indices of a tile's steps at the chunk's positions: [step][bit][position].
    private void Gather(in Parts parts, int tile, int first, int count)
    {
        int width = _layout.Geometry.OutputWidth;
        nint pitch = (nint)_layout.Geometry.StrideY * _layout.RowLength;
        int[] offsets = _tables.Offsets[tile];
        byte* to = parts.Gathered;
        foreach (int offset in offsets)
        {
            for (int bit = 0; bit < _paddedBits; bit++, to += Chunk)
            {
                if (bit >= _bits) continue;
                byte* plane = parts.Planes + ((nint)bit * _tables.Quads * _planeLength) + offset;
                for (int done = 0; done < count;)
                {
                    int row = (first + done) / width, x = (first + done) % width;
                    int run = Math.Min(width - x, count - done);
                    byte* source = plane + (row * pitch) + x;
                    // Whole vectors: what is written too much is overwritten by the next run.
                    for (int i = 0; i < run; i += Block) Vector256.Load(source + i).Store(to + done + i);
                    done += run;
                }
            }
        }
    }

    // Reads four bits' sums at 32 positions and adds them to an output, bit after bit.
    private void Convert(short* low, short* high, int output, int slice, int firstBit, int* accumulators)
    {
        int bits = Math.Min(LookupSums.Bits, _bits - firstBit);
        int* to = accumulators + (output * Chunk);
        bool ones = output == _layer.ColumnsPerGroup;
        AdcConverter adc = ones ? AdcConverter.Ideal : _plan.Converters[slice];
        int weight = ones ? 1 : _plan.Cells.Slices[slice].Factor;
        bool whole = adc.IsIdeal || adc.Step == 1, integer = ones || _plan.IsInteger;
        Vector256<int> minCode = Vector256.Create(adc.MinCode), maxCode = Vector256.Create(adc.MaxCode);
        Vector256<float> inverse = Vector256.Create(adc.IsIdeal ? 1 : 1f / adc.Step);
        Vector256<float> min = Vector256.Create((float)adc.MinCode), max = Vector256.Create((float)adc.MaxCode);
        for (int j = 0; j < Block; j += Lanes, to += Lanes)
        {
            Vector256<int> sum = Vector256.Load(to);
            Vector256<float> real = sum.AsSingle();
            for (int b = 0; b < bits; b++)
            {
                int factor = weight * _plan.Inputs[firstBit + b].Factor;
                Vector256<int> s = Avx2.ConvertToVector256Int32(low + (b * Block) + j);
                if (high != null) s += Avx2.ConvertToVector256Int32(high + (b * Block) + j) << 4;
                if (integer && whole)
                {
                    sum += Vector256.Min(Vector256.Max(s, minCode), maxCode) * Vector256.Create(factor);
                    continue;
                }
                Vector256<float> v = Vector256.ConvertToSingle(s);
                if (adc.IsIdeal)
                {
                    real = Lanes256.FusedF(v, Vector256.Create((float)factor), real);
                    continue;
                }
                Vector256<int> code = Lanes256.RoundToInt(Lanes256.MinF(Lanes256.MaxF(v * inverse, min), max));
                if (integer) sum += code * Vector256.Create(factor * (int)adc.Step);
                else real = Lanes256.FusedF(Vector256.ConvertToSingle(code), Vector256.Create(factor * adc.Step), real);
            }
            if (integer) sum.Store(to);
            else real.AsInt32().Store(to);
        }
    }

    private void Finish(int* accumulators, long constant, int* inputs, int count)
    {
        int step = _plan.Cells.WeightStep, offset = _plan.Cells.Offset;
        for (int i = 0; i < count; i += Lanes)
        {
            Vector256<int> x = Vector256.Load(inputs + i);
            if (_plan.IsInteger)
            {
                Vector256<int> sum = (Vector256.Load(accumulators + i) * step) + Vector256.Create(unchecked((int)constant));
                (sum - (x * offset)).Store(accumulators + i);
                continue;
            }
            Vector256<float> real = Lanes256.FusedF(Vector256.Load((float*)accumulators + i), Vector256.Create((float)step), Vector256.Create((float)constant));
            Lanes256.FusedF(Vector256.ConvertToSingle(x), Vector256.Create((float)-offset), real).Store((float*)accumulators + i);
        }
    }

    /// <summary>The workspace, cut up.</summary>
    private readonly ref struct Parts
    {
        public readonly byte* Bytes;
        public readonly byte* Planes;
        public readonly byte* Gathered;
        public readonly short* Sums;
        public readonly int* Accumulators;
        public readonly int* Row;

        public Parts(LookupLayer layer, ref Workspace workspace)
        {
            Bytes = workspace.Take(((long)layer._layout.Channels * layer._planeLength) + Block);
            Planes = workspace.Take(((long)layer._bits * layer._tables.Quads * layer._planeLength) + Chunk);
            Gathered = workspace.Take(((long)layer._maxSteps * layer._paddedBits * Chunk) + Chunk);
            Sums = (short*)workspace.Take(layer._paddedBits / LookupSums.Bits * LookupSums.SumLength * sizeof(short));
            Accumulators = workspace.TakeInts(((layer._layer.ColumnsPerGroup + 1L) * Chunk) + Requantizer.Slack);
            Row = workspace.TakeInts(layer._layer.ColumnsPerGroup + Requantizer.Slack);
        }

        public sbyte* Tables { get; init; }

        public ushort* Segments { get; init; }
    }
}
