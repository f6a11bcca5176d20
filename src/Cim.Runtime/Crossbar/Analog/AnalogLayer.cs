using System.Collections.Immutable;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.RandomNumbers;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Analog;

/// <summary>
/// A layer whose analog sums are computed and converted one by one: integer levels (<see cref="Fidelity.Adc"/>), or the
/// effective levels of programmed cells (<see cref="Fidelity.Device"/>, <see cref="Fidelity.Circuit"/>) in fixed point or floats.
/// </summary>
internal sealed unsafe partial class AnalogLayer<L, TI, TF> : PreparedLayer
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
        ConvolutionGeometry geometry = _layer.Geometry
            ?? ConvolutionGeometry.OfMatrix(_layer.RowsPerGroup * _layer.Groups, Math.Max(16, 2 * L.Count));
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
    public override int MaxSplit => _observers is not null ? 1 : _layer.Geometry is null
        ? _layer.PositionsPerImage / _layout.Geometry.OutputWidth
        : _layout.MaxSplit(_layer.Groups);

    /// <inheritdoc/>
    public override long ProductsPerImage =>
        _layer.MacsPerImage * _plan.Inputs.Length * _plan.Cells.Slices.Length;

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
                RunMatrix(call, input, residual, output, parts);
            else
                RunConvolution(call, input, residual, output, parts);
        }
    }

    private void RunConvolution(in LayerCall call, byte* input, byte* residual, byte* output, in Parts parts)
    {
        ((int firstGroup, int endGroup), (int firstRow, int endRow)) = _layout.Part(call.Split, _layer.Groups);
        ConvolutionGeometry g = _layout.Geometry;
        nint imageSize = (nint)g.InputChannels * g.InputHeight * g.InputWidth, groupSize = imageSize / _layer.Groups;
        int outputSize = g.OutputHeight * g.OutputWidth, perRow = _layout.VectorsPerRow;
        for (int image = 0; image < call.Images; image++)
        {
            int imageKey = _noise is null ? 0 : unchecked((int)_noise.Stream.At(-1).Bits(call.FirstImage + image));
            for (int group = firstGroup; group < endGroup; group++)
            for (int y = firstRow; y < endRow; y += _bandRows)
            {
                int rows = Math.Min(_bandRows, endRow - y);
                BytePlanes.FromImage(_layout, input + (image * imageSize) + (group * groupSize), (byte)_layer.Input.ZeroPoint,
                    y * g.StrideY, _layout.InputRows(rows), _planeLength, parts.Bytes);
                Pack(parts, rows * perRow);
                for (int block = 0; block < _cells.Blocks; block++)
                {
                    Compute(parts, group, block, new Band(rows * perRow, g.OutputWidth, imageKey, y * g.OutputWidth), parts.Results);
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

    private void RunMatrix(in LayerCall call, byte* input, byte* residual, byte* output, in Parts parts)
    {
        int all = checked(call.Images * _layer.PositionsPerImage);
        long origin = call.FirstImage * _layer.PositionsPerImage;
        int rows = _layer.RowsPerGroup, columns = _layer.ColumnsPerGroup, chunk = _layout.Geometry.OutputWidth;
        nint stride = (nint)rows * _layer.Groups;
        (int firstPosition, int endPosition) = call.Split.Range(all, chunk);
        for (int group = 0; group < _layer.Groups; group++)
        for (int p = firstPosition; p < endPosition; p += chunk)
        {
            int count = Math.Min(chunk, endPosition - p);
            BytePlanes.FromRows(input + ((nint)p * stride) + (group * rows), rows, stride, count, (byte)_layer.Input.ZeroPoint,
                _planeLength, parts.Bytes);
            int vectors = (count + L.Count - 1) / L.Count;
            Pack(parts, vectors);
            int imageKey = _noise is null ? 0 : unchecked((int)_noise.Stream.At(-2).Bits((origin + p) >> 32));
            for (int block = 0; block < _cells.Blocks; block++)
            {
                Compute(parts, group, block, new Band(vectors, count, imageKey, unchecked((int)(origin + p))),
                    parts.Results + ((nint)block * Block * ResultStride));
            }
            for (int i = 0; i < count; i++)
            {
                for (int c = 0; c < columns; c++) parts.Row[c] = parts.Results[((nint)c * ResultStride) + i];
                nint at = (((nint)p + i) * _layer.Outputs) + (group * columns);
                _requantizer.Outputs<L, TI, TF>(parts.Row, !_integer, columns, group * columns,
                    residual + (at * _requantizer.ResidualBytes), output + (at * _requantizer.OutputBytes));
            }
        }
    }
}
