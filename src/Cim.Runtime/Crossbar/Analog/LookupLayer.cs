using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.RandomNumbers;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Analog;

/// <summary>
/// A layer whose inputs are streamed and converted bit by bit, by table lookup (AVX2): the same sums, noise, conversions and
/// order of additions as <see cref="AnalogLayer{L, TI, TF}"/>, so the same bytes.
/// </summary>
internal sealed unsafe partial class LookupLayer : PreparedLayer
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
            ?? ConvolutionGeometry.OfMatrix(_layer.RowsPerGroup * _layer.Groups, Chunk);
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
    public override int MaxSplit => _layer.Geometry is null
        ? _layer.PositionsPerImage / Chunk
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
        fixed (byte* input = call.Input, residual = call.Residual, output = call.Output, memory = call.Workspace, tables = _tables.Values)
        fixed (int* keys = _noise?.Keys)
        fixed (float* factors = _bitFactors)
        {
            var workspace = new Workspace(memory);
            var parts = new Parts(this, ref workspace) { Tables = tables, Keys = keys, BitFactors = factors };
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
        int outputSize = g.OutputHeight * g.OutputWidth;
        for (int image = 0; image < call.Images; image++)
        {
            int imageKey = _noise is null ? 0 : unchecked((int)_noise.Stream.At(-1).Bits(call.FirstImage + image));
            for (int group = firstGroup; group < endGroup; group++)
            for (int y = firstRow; y < endRow; y += _bandRows)
            {
                int rows = Math.Min(_bandRows, endRow - y), positions = rows * g.OutputWidth;
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

    private void RunMatrix(in LayerCall call, byte* input, byte* residual, byte* output, in Parts parts)
    {
        int all = checked(call.Images * _layer.PositionsPerImage);
        long origin = call.FirstImage * _layer.PositionsPerImage;
        int rows = _layer.RowsPerGroup, columns = _layer.ColumnsPerGroup;
        nint stride = (nint)rows * _layer.Groups;
        (int firstPosition, int endPosition) = call.Split.Range(all, Chunk);
        for (int group = 0; group < _layer.Groups; group++)
        for (int p = firstPosition; p < endPosition; p += Chunk)
        {
            int count = Math.Min(Chunk, endPosition - p);
            BytePlanes.FromRows(input + ((nint)p * stride) + (group * rows), rows, stride, count, (byte)_layer.Input.ZeroPoint,
                _planeLength, parts.Bytes);
            Indices(parts);
            int imageKey = _noise is null ? 0 : unchecked((int)_noise.Stream.At(-2).Bits((origin + p) >> 32));
            Compute(parts, group, 0, count, imageKey, unchecked((int)(origin + p)));
            for (int i = 0; i < count; i++)
            {
                for (int c = 0; c < columns; c++) parts.Row[c] = parts.Accumulators[(c * Chunk) + i];
                nint at = (((nint)p + i) * _layer.Outputs) + (group * columns);
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
}
