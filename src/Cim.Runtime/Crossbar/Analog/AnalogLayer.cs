using System.Collections.Immutable;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.RandomNumbers;

namespace Cim.Runtime.Crossbar.Analog;

/// <summary>
/// A layer whose analog sums are computed and converted one by one: integer levels (<see cref="Fidelity.Adc"/>), or the
/// effective levels of programmed cells (<see cref="Fidelity.Device"/>, <see cref="Fidelity.Circuit"/>) in fixed point or floats.
/// </summary>
internal sealed unsafe class AnalogLayer<L, TI, TF> : PreparedLayer
    where L : struct, ILanes<TI, TF>
    where TI : unmanaged
    where TF : unmanaged
{
    private const int Block = PairProducts.Outputs;

    private readonly AnalogPlan _plan;
    private readonly CrossbarLayer _layer;
    private readonly PlaneLayout _layout;
    private readonly CellWeights _cells;
    private readonly ReadNoise? _noise;
    private readonly IReadOnlyList<AdcHistogram>? _observers;
    private readonly Requantizer _requantizer;
    private readonly ImmutableArray<InputSlice>[] _squared;
    private readonly double[] _constants;
    private readonly int[] _starts;
    private readonly int[] _fractionBits;
    private readonly bool _integer;
    private readonly int _bandRows;
    private readonly int _planeRows;
    private readonly int _planeLength;
    private readonly int _planes;

    /// <param name="plan">How the product is split.</param>
    /// <param name="effective">Effective levels [slice, output, row], null for the integer levels themselves.</param>
    /// <param name="errors">Errors of the read-out, null for none; only with effective levels.</param>
    /// <param name="observers">Histograms per weight slice that count every sum (then only one thread may run this), or null.</param>
    public AnalogLayer(AnalogPlan plan, float[]? effective, ColumnErrors? errors, IReadOnlyList<AdcHistogram>? observers)
    {
        (_plan, _layer, _noise, _observers) = (plan, plan.Layer, errors?.Noise, observers);
        FixedLevels? levels = effective is null ? null : FixedLevels.OfEffective(plan, effective);
        bool isFloat = effective is not null && levels is null;
        _fractionBits = levels?.FractionBits ?? new int[plan.Cells.Slices.Length];
        ConvolutionGeometry geometry = _layer.Geometry ?? new ConvolutionGeometry(
            _layer.RowsPerGroup * _layer.Groups, 1, Math.Max(16, 2 * L.Count), 1, 1, 1, 1, 0, 0, 0, 0, 1, 1);
        _layout = new PlaneLayout(geometry, geometry.InputChannels / _layer.Groups, L.Count, pairsTaps: false);
        _planes = effective is not null ? _layout.Channels : (_layout.Channels + 1) / 2;
        int streams = plan.Inputs.Length + (_noise is null || !isFloat ? 0 : plan.Inputs.Length);
        _bandRows = Bands.Rows(_layout, 4L * _planes * streams * _layout.RowLength);
        _planeRows = _layout.InputRows(_bandRows);
        _planeLength = BytePlanes.PlaneBytes(_layout, _planeRows);
        _cells = effective is null
            ? CellWeights.OfLevels(_layer, plan.Cells, _layout, _planeLength)
            : levels is not null ? CellWeights.OfFixed(_layer, levels, _layout, _planeLength)
            : CellWeights.OfEffective(_layer, effective, plan.Cells.Slices.Length, _layout, _planeLength);
        _integer = plan.IsInteger && (!isFloat || plan.Converters.All(c => !c.IsIdeal));
        _starts = Starts(errors?.Offsets is not { } offsets ? null
            : levels is not null ? levels.Offsets(offsets, _layer.Outputs)
            : [.. offsets.Select(BitConverter.SingleToInt32Bits)]);
        _requantizer = new Requantizer(_layer);
        _squared = plan.Inputs == plan.Reads || plan.Inputs.Length == plan.Reads.Length
            ? [.. plan.Reads.Select(r => ImmutableArray.Create(r with { Factor = 1 }))]
            : [plan.Reads];
        _constants = new double[_layer.Groups * _cells.Blocks * Block];
        for (int o = 0; o < _layer.Outputs; o++)
            _constants[(o / _layer.ColumnsPerGroup * _cells.Blocks * Block) + (o % _layer.ColumnsPerGroup)] = plan.Constants[o]
                + plan.CodeZero;
    }

    // What a sum starts from: the offset of its converter, [block][tile][slice][output].
    private int[] Starts(int[]? offsets)
    {
        int tiles = _cells.TileStart.Length;
        int[] starts = new int[_layer.Groups * _cells.Blocks * tiles * Block];
        for (int o = 0; offsets is not null && o < _layer.Outputs; o++)
        for (int i = 0; i < tiles; i++)
        {
            int column = o % _layer.ColumnsPerGroup, block = (o / _layer.ColumnsPerGroup * _cells.Blocks) + (column / Block);
            starts[(((block * tiles) + i) * Block) + (column % Block)] = offsets[(i * _layer.Outputs) + o];
        }
        return starts;
    }

    private int Vectors => _bandRows * _layout.VectorsPerRow;

    // One vector of slack for the second half of an odd pair.
    private int ResultStride => (Vectors + 1) * L.Count;

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
        fixed (int* values = _cells.Values, offsets = _cells.Offsets, ones = _cells.Ones, keys = _noise?.Keys, starts = _starts)
        {
            var workspace = new Workspace(memory);
            var parts = new Parts(this, ref workspace)
            {
                Values = values,
                CellOffsets = offsets,
                Ones = ones,
                Keys = keys,
                Starts = starts,
            };
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
        int outputSize = g.OutputHeight * g.OutputWidth, perRow = _layout.VectorsPerRow;
        for (int image = 0; image < images; image++)
        {
            int imageKey = _noise is null ? 0 : unchecked((int)_noise.Stream.At(-1).Bits(firstImage + image));
            for (int group = 0; group < _layer.Groups; group++)
            for (int y = 0; y < g.OutputHeight; y += _bandRows)
            {
                int rows = Math.Min(_bandRows, g.OutputHeight - y);
                BytePlanes.FromImage(_layout, input + (image * imageSize) + (group * groupSize), (byte)_layer.Input.ZeroPoint,
                    y * g.StrideY, _layout.InputRows(rows), _planeLength, parts.Bytes);
                Pack(parts, rows * perRow);
                for (int block = 0; block < _cells.Blocks; block++)
                {
                    Compute(parts, group, block, rows * perRow, g.OutputWidth, imageKey, y * g.OutputWidth, parts.Results);
                    int first = (group * _layer.ColumnsPerGroup) + (block * Block);
                    int count = Math.Min(Block, _layer.ColumnsPerGroup - (block * Block));
                    for (int o = 0; o < count; o++)
                    for (int r = 0; r < rows; r++)
                    {
                        nint at = ((((nint)image * _layer.Outputs) + first + o) * outputSize) + ((nint)(y + r) * g.OutputWidth);
                        _requantizer.Positions<L, TI, TF>(
                            parts.Results + (o * ResultStride) + (r * perRow * L.Count), !_integer, g.OutputWidth, first + o,
                            residual + (at * _requantizer.ResidualBytes), output + (at * _requantizer.OutputBytes));
                    }
                }
            }
        }
    }

    private void RunMatrix(int images, long firstImage, byte* input, byte* residual, byte* output, in Parts parts)
    {
        long all = (long)images * _layer.PositionsPerImage, origin = firstImage * _layer.PositionsPerImage;
        int rows = _layer.RowsPerGroup, columns = _layer.ColumnsPerGroup, chunk = _layout.Geometry.OutputWidth;
        nint stride = (nint)rows * _layer.Groups;
        for (int group = 0; group < _layer.Groups; group++)
        for (long p = 0; p < all; p += chunk)
        {
            int count = (int)Math.Min(chunk, all - p);
            BytePlanes.FromRows(input + ((nint)p * stride) + (group * rows), rows, stride, count, (byte)_layer.Input.ZeroPoint,
                _planeLength, parts.Bytes);
            int vectors = (count + L.Count - 1) / L.Count;
            Pack(parts, vectors);
            int imageKey = _noise is null ? 0 : unchecked((int)_noise.Stream.At(-2).Bits((origin + p) >> 32));
            for (int block = 0; block < _cells.Blocks; block++)
            {
                Compute(parts, group, block, vectors, count, imageKey, unchecked((int)(origin + p)),
                    parts.Results + ((nint)block * Block * ResultStride));
            }
            for (int i = 0; i < count; i++)
            {
                for (int c = 0; c < columns; c++) parts.Row[c] = parts.Results[((nint)c * ResultStride) + i];
                nint at = (nint)(((p + i) * _layer.Outputs) + (group * columns));
                _requantizer.Outputs<L, TI, TF>(parts.Row, !_integer, columns, group * columns,
                    residual + (at * _requantizer.ResidualBytes), output + (at * _requantizer.OutputBytes));
            }
        }
    }

    // Input slices as the kernels read them, sums of inputs for the offset, and root sums of squares for the noise.
    private void Pack(in Parts parts, int vectors)
    {
        int inputs = _plan.Inputs.Length;
        for (int i = 0; i < inputs; i++)
        {
            int* stream = parts.Streams + ((nint)i * _planes * _planeLength);
            for (int plane = 0; plane < _planes; plane++, stream += _planeLength)
            {
                if (_cells.Kind == LevelKind.Fixed)
                {
                    BytePlanes.Masks<L, TI, TF>(_plan.Inputs[i], parts.Bytes + ((nint)plane * _planeLength), _planeLength, stream);
                    continue;
                }
                if (_cells.Kind == LevelKind.Real)
                {
                    byte* source = parts.Bytes + ((nint)plane * _planeLength);
                    BytePlanes.Floats<L, TI, TF>(_plan.Inputs[i], source, _planeLength, (float*)stream);
                    if (_noise is null) continue;
                    BytePlanes.Squares<L, TI, TF>(_squared[i].AsSpan(), source, _planeLength,
                        parts.Squares + ((((nint)i * _planes) + plane) * _planeLength));
                    continue;
                }
                byte* low = parts.Bytes + (2 * (nint)plane * _planeLength);
                byte* high = (2 * plane) + 1 < _layout.Channels ? low + _planeLength : null;
                BytePlanes.Pairs<L, TI, TF>(_plan.Inputs[i], low, high, _planeLength, stream);
            }
        }
        if (_plan.Cells.Offset == 0 && _noise is null) return;
        int length = ResultStride;
        new Span<int>(parts.InputSums, length).Clear();
        for (int v = 0; v < vectors; v += 2)
        for (int t = 0; t < _cells.StepCount.Length; t++)
        for (int i = 0; i < inputs; i++)
        {
            Product(parts, parts.Streams + ((nint)i * _planes * _planeLength), v, vectors, t, parts.Ones
                + (_cells.StepStart[t] * Block), parts.Zeros);
            for (int h = 0; h < 2; h++)
            {
                int* to = parts.InputSums + ((v + h) * L.Count);
                TI sum = _cells.Kind == LevelKind.Real
                    ? L.RoundToInt(L.LoadF((float*)parts.Sums + (h * L.Count)))
                    : L.Load(parts.Sums + (h * L.Count));
                L.Store(to, L.Add(L.Load(to), L.MultiplyLow(sum, L.Broadcast(_plan.Inputs[i].Factor))));
            }
            if (_noise is null) continue;
            bool real = _cells.Kind == LevelKind.Real;
            // The square of one bit is the bit.
            if (real)
                Product(parts, (int*)parts.Squares + ((nint)i * _planes * _planeLength), v, vectors, t, parts.Ones
                    + (_cells.StepStart[t] * Block), parts.Zeros);
            for (int h = 0; h < 2; h++)
            {
                int* squares = parts.Sums + (h * L.Count);
                L.StoreF(parts.Amplitudes + ((((nint)t * inputs) + i) * length) + ((v + h) * L.Count),
                    L.SqrtF(real ? L.LoadF((float*)squares) : L.ToSingle(L.Load(squares))));
            }
        }
    }

    // Four outputs of all positions of a band; each row of vectors has that many positions.
    private void Compute(in Parts parts, int group, int block, int vectors, int positions, int imageKey, int firstPosition, int* results)
    {
        int inputs = _plan.Inputs.Length, slices = _plan.Cells.Slices.Length, tiles = _cells.StepCount.Length;
        int* weights = parts.Values + ((((nint)group * _cells.Blocks) + block) * _cells.BlockLength);
        int* starts = parts.Starts + ((((nint)group * _cells.Blocks) + block) * _cells.TileStart.Length * Block);
        int firstOutput = ((group * _cells.Blocks) + block) * Block, padded = _layer.Groups * _cells.Blocks * Block;
        var conversion = new Conversion<L, TI, TF> { IsFloat = _cells.Kind != LevelKind.Pairs, IsInteger = _integer };
        ReadOnlySpan<double> constants = _constants.AsSpan(firstOutput, Block);
        for (int v = 0; v < vectors; v += 2)
        {
            new Span<int>(parts.Accumulators, 2 * Block * L.Count).Clear();
            TI counter0 = NormalPairs.Counter<L, TI, TF>(Positions(parts, firstPosition, v), imageKey);
            TI counter1 = NormalPairs.Counter<L, TI, TF>(Positions(parts, firstPosition, v + 1 < vectors ? v + 1 : v), imageKey);
            for (int t = 0; t < tiles; t++)
            for (int s = 0; s < slices; s++)
            {
                new Span<int>(parts.Codes, 2 * Block * L.Count).Clear();
                for (int i = 0; i < inputs; i++)
                {
                    Product(parts, parts.Streams + ((nint)i * _planes * _planeLength), v, vectors, t, weights
                        + _cells.TileStart[(t * slices) + s],
                        starts + (((t * slices) + s) * Block));
                    if (_cells.Kind == LevelKind.Fixed) Conversion<L, TI, TF>.ToFloats(parts.Sums);
                    if (_observers is not null) Observe(_observers[s], parts.Sums, block, v, vectors, positions);
                    if (_noise is not null)
                    {
                        float* amplitude = parts.Amplitudes + ((((nint)t * inputs) + i) * ResultStride) + (v * L.Count);
                        TF sigma = L.BroadcastF(MathF.ScaleB(_noise.Sigmas[s], _fractionBits[s]));
                        L.StoreF(parts.Scaled, L.MultiplyF(L.LoadF(amplitude), sigma));
                        L.StoreF(parts.Scaled + L.Count, L.MultiplyF(L.LoadF(amplitude + L.Count), sigma));
                        int number = (((t * slices) + s) * inputs) + (i & ~1);
                        Conversion<L, TI, TF>.AddNoise((float*)parts.Sums, parts.Scaled, (i & 1) != 0,
                            parts.Keys + (2 * (((nint)number * padded) + firstOutput)), counter0, counter1, parts.Kept);
                    }
                    conversion.Add(parts.Sums, _plan.Converters[s], _fractionBits[s], _plan.Inputs[i].Factor, parts.Codes);
                }
                conversion.ShiftAndAdd(parts.Codes, _plan.Converters[s], _plan.Cells.Slices[s].Factor, parts.Accumulators);
            }
            conversion.Finish(parts.Accumulators, _plan.Cells.WeightStep, constants, _plan.Cells.Offset,
                parts.InputSums + (v * L.Count), results + (v * L.Count), ResultStride);
        }
    }

    private void Observe(AdcHistogram histogram, int* sums, int block, int v, int vectors, int positions)
    {
        for (int h = 0; h < 2 && v + h < vectors; h++)
        {
            int valid = Math.Min(L.Count, positions - ((v + h) % _layout.VectorsPerRow * L.Count));
            for (int o = 0; o < Math.Min(Block, _layer.ColumnsPerGroup - (block * Block)); o++)
                histogram.Add(new ReadOnlySpan<int>(sums + (((2 * o) + h) * L.Count), Math.Max(0, valid)));
        }
    }

    // Sums [four outputs][two vectors] of one tile; an odd last vector is paired with itself.
    private void Product(in Parts parts, int* stream, int v, int vectors, int tile, int* weights, int* starts)
    {
        int* offsets = parts.CellOffsets + _cells.StepStart[tile];
        int* x0 = stream + At(v), x1 = stream + At(v + 1 < vectors ? v + 1 : v);
        if (_cells.Kind == LevelKind.Fixed)
            MaskProducts.FourByTwo<L, TI, TF>(x0, x1, offsets, weights, _cells.StepCount[tile], starts, parts.Sums);
        else if (_cells.Kind == LevelKind.Real)
            FloatProducts.FourByTwo<L, TI, TF>((float*)x0, (float*)x1, offsets, (float*)weights, _cells.StepCount[tile],
                (float*)starts, (float*)parts.Sums);
        else
            PairProducts.FourByTwo<L, TI, TF>(x0, x1, offsets, weights, _cells.StepCount[tile], starts, parts.Sums, 2 * L.Count);
    }

    private nint At(int vector) =>
        ((nint)(vector / _layout.VectorsPerRow) * _layout.Geometry.StrideY * _layout.RowLength)
            + (vector % _layout.VectorsPerRow * L.Count);

    // The number of every lane's position: the counter of its noise.
    private TI Positions(in Parts parts, int first, int vector)
    {
        int row = vector / _layout.VectorsPerRow, x = vector % _layout.VectorsPerRow * L.Count;
        return L.Add(L.Load(parts.Lane), L.Broadcast(unchecked(first + (row * _layout.Geometry.OutputWidth) + x)));
    }

    /// <summary>The workspace, cut up.</summary>
    private readonly ref struct Parts
    {
        public readonly byte* Bytes;
        public readonly int* Streams;
        public readonly float* Squares;
        public readonly int* InputSums;
        public readonly float* Amplitudes;
        public readonly int* Sums;
        public readonly int* Codes;
        public readonly int* Accumulators;
        public readonly int* Zeros;
        public readonly float* Kept;
        public readonly float* Scaled;
        public readonly int* Lane;
        public readonly int* Results;
        public readonly int* Row;

        public Parts(AnalogLayer<L, TI, TF> layer, ref Workspace workspace)
        {
            int inputs = layer._plan.Inputs.Length, block = 2 * Block * L.Count;
            bool matrix = layer._layer.Geometry is null,
                noisy = layer._noise is not null,
                squares = noisy && layer._cells.Kind == LevelKind.Real;
            long plane = layer._planeLength, stream = inputs * layer._planes * plane;
            Bytes = workspace.Take((layer._layout.Channels * plane) + 64);
            Streams = workspace.TakeInts(stream + 16);
            Squares = squares ? workspace.TakeFloats(stream + 16) : null;
            InputSums = workspace.TakeInts(layer.ResultStride);
            Amplitudes = noisy ? workspace.TakeFloats((long)layer._cells.StepCount.Length * inputs * layer.ResultStride) : null;
            Sums = workspace.TakeInts(block);
            Codes = workspace.TakeInts(block);
            Accumulators = workspace.TakeInts(block);
            Zeros = workspace.TakeInts(Block);
            Kept = workspace.TakeFloats(block);
            Scaled = workspace.TakeFloats(2 * L.Count);
            Lane = workspace.TakeInts(L.Count);
            Results = workspace.TakeInts(((long)(matrix ? layer._cells.Blocks : 1) * Block * layer.ResultStride) + Requantizer.Slack);
            Row = workspace.TakeInts(layer._layer.ColumnsPerGroup + Requantizer.Slack);
            if (Bytes == null) return;
            new Span<int>(Zeros, Block).Clear();
            new Span<int>(InputSums, layer.ResultStride).Clear();
            for (int i = 0; i < L.Count; i++) Lane[i] = i;
        }

        public int* Values { get; init; }

        public int* CellOffsets { get; init; }

        public int* Ones { get; init; }

        public int* Keys { get; init; }

        public int* Starts { get; init; }
    }
}
