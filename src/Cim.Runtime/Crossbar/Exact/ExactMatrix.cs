using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Exact;

/// <summary>
/// A matrix layer in 32-bit integers: dot products along the inputs, two positions by four outputs at a time. Also
/// convolutions whose output rows are too short for vectors of positions, over gathered patches.
/// </summary>
internal sealed unsafe class ExactMatrix<L, TI, TF> : PreparedLayer
    where L : struct, ILanes<TI, TF>
    where TI : unmanaged
    where TF : unmanaged
{
    private const int Block = 4;
    private const int PositionsPerCall = 32;

    private readonly CrossbarLayer _layer;
    private readonly Requantizer _requantizer;
    private readonly PatchGatherer? _patches;
    private readonly int _pairs;
    private readonly int _columns;
    private readonly int[] _weights;

    public ExactMatrix(CrossbarLayer layer)
    {
        _layer = layer;
        _requantizer = new Requantizer(layer);
        _patches = layer.Geometry is { } g ? new PatchGatherer(g, layer.Groups) : null;
        _pairs = ((layer.RowsPerGroup + 1) / 2 + L.Count - 1) / L.Count * L.Count;
        _columns = (layer.ColumnsPerGroup + Block - 1) / Block * Block;
        _weights = new int[checked(layer.Groups * _columns * _pairs)];
        ReadOnlySpan<sbyte> w = layer.Weights.Span<sbyte>();
        Span<short> wide = System.Runtime.InteropServices.MemoryMarshal.Cast<int, short>(_weights.AsSpan());
        for (int output = 0; output < layer.Outputs; output++)
        {
            int row = (output / layer.ColumnsPerGroup * _columns) + (output % layer.ColumnsPerGroup);
            for (int r = 0; r < layer.RowsPerGroup; r++)
                wide[(row * 2 * _pairs) + r] = w[(output * layer.RowsPerGroup) + r];
        }
    }

    /// <inheritdoc/>
    public override int MaxSplit => SplitsPositions ? _layer.PositionsPerImage / PositionsPerCall : _columns / Block;

    /// <inheritdoc/>
    public override long ProductsPerImage => _layer.MacsPerImage;

    // Weights are then read by every call; with few positions, each call reads its own.
    private bool SplitsPositions => _layer.PositionsPerImage >= 4 * PositionsPerCall;

    /// <inheritdoc/>
    public override int WorkspaceBytes(int images)
    {
        var workspace = new Workspace(null);
        Take(ref workspace, out _, out _, out _);
        return workspace.Used;
    }

    /// <inheritdoc/>
    public override void Run(in LayerCall call)
    {
        int positions = _layer.PositionsPerImage;
        int all = checked(call.Images * positions);
        int rows = _layer.RowsPerGroup, outputs = _layer.ColumnsPerGroup;
        fixed (byte* input = call.Input, residual = call.Residual, output = call.Output, memory = call.Workspace)
        fixed (int* weights = _weights)
        {
            var workspace = new Workspace(memory);
            Take(ref workspace, out int* x, out int* sums, out byte* scratch);
            (int firstPosition, int endPosition) = SplitsPositions ? call.Split.Range(all, PositionsPerCall) : (0, all);
            (int firstColumn, int endColumn) = SplitsPositions ? (0, outputs) : call.Split.Range(outputs, Block);
            for (int group = 0; group < _layer.Groups; group++)
            for (int first = firstPosition; first < endPosition; first += PositionsPerCall)
            {
                int count = Math.Min(PositionsPerCall, endPosition - first);
                for (int p = 0; p < count; p++)
                {
                    byte* source = _patches is null
                        ? input + (((((nint)first + p) * _layer.Groups) + group) * rows)
                        : _patches.Gather(input, first + p, group, (byte)_layer.Input.ZeroPoint, scratch);
                    DotProducts.Widen(source, _layer.Input.Signed, _layer.Input.ZeroPoint, rows,
                        (short*)(x + ((nint)p * _pairs)), 2 * _pairs);
                }
                for (int c = firstColumn; c < endColumn; c += Block)
                {
                    int* w = weights + ((((nint)group * _columns) + c) * _pairs);
                    for (int p = 0; p < count; p += 2)
                    {
                        int q = p + 1 < count ? p + 1 : p;
                        DotProducts.TwoByFour<L, TI, TF>(
                            x + ((nint)p * _pairs), x + ((nint)q * _pairs), w, _pairs, _pairs,
                            sums + ((nint)p * _columns) + c, sums + ((nint)q * _columns) + c);
                    }
                }
                for (int p = 0; p < count; p++)
                {
                    int* row = sums + ((nint)p * _columns);
                    for (int c = firstColumn; c < endColumn; c++) row[c] += _layer.Bias[(group * outputs) + c];
                    int position = first + p;
                    if (_patches is null)
                    {
                        int output0 = (group * outputs) + firstColumn;
                        nint at = ((nint)position * _layer.Outputs) + output0;
                        _requantizer.Outputs<L, TI, TF>(row + firstColumn, false, endColumn - firstColumn, output0,
                            residual + (at * _requantizer.ResidualBytes), output + (at * _requantizer.OutputBytes));
                        continue;
                    }
                    for (int c = firstColumn; c < endColumn; c++)
                    {
                        int image = position / positions;
                        nint at = (nint)(((((long)image * _layer.Outputs) + (group * outputs) + c) * positions) + (position % positions));
                        _requantizer.Positions<L, TI, TF>(row + c, false, 1, (group * outputs) + c,
                            residual + (at * _requantizer.ResidualBytes), output + (at * _requantizer.OutputBytes));
                    }
                }
            }
        }
    }

    private void Take(ref Workspace workspace, out int* x, out int* sums, out byte* scratch)
    {
        x = workspace.TakeInts((long)PositionsPerCall * _pairs);
        sums = workspace.TakeInts(((long)PositionsPerCall * _columns) + Requantizer.Slack);
        scratch = workspace.Take(_layer.RowsPerGroup + 64);
    }
}
