using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Exact;

/// <summary>
/// A matrix layer in 32-bit integers: dot products along the inputs, two positions by four outputs at a time. Also
/// convolutions whose output rows are too short for vectors of positions, over gathered patches.
/// </summary>
internal sealed unsafe class ExactMatrix<K, L, TI, TF> : PreparedLayer
    where K : struct, IDotKernel
    where L : struct, ILanes<TI, TF>
    where TI : unmanaged
    where TF : unmanaged
{
    private const int Block = 4;
    private const int PositionsPerCall = 32;

    private readonly CrossbarLayer _layer;
    private readonly Requantizer _requantizer;
    private readonly PatchGatherer? _patches;
    private readonly K _kernel;
    private readonly int _lanes;
    private readonly int _columns;
    private readonly int[] _weights;
    private readonly int[] _bias;

    /// <param name="layer">The layer.</param>
    /// <param name="kernel">How it multiplies.</param>
    public ExactMatrix(CrossbarLayer layer, K kernel)
    {
        (_layer, _kernel) = (layer, kernel);
        _requantizer = new Requantizer(layer);
        _patches = layer.Geometry is { } g ? new PatchGatherer(g, layer.Groups) : null;
        int each = kernel.InputsPerLane;
        _lanes = (((layer.RowsPerGroup + each - 1) / each) + L.Count - 1) / L.Count * L.Count;
        _columns = (layer.ColumnsPerGroup + Block - 1) / Block * Block;
        _weights = new int[checked(layer.Groups * _columns * _lanes)];
        _bias = [.. layer.Bias];
        // Inputs that are counted from elsewhere than their zero point: sums wrap around and back.
        int zero = layer.Input.ZeroPoint - kernel.From(layer.Input);
        ReadOnlySpan<sbyte> w = layer.Weights.Span<sbyte>();
        for (int output = 0; output < layer.Outputs; output++)
        {
            int row = (output / layer.ColumnsPerGroup * _columns) + (output % layer.ColumnsPerGroup), sum = 0;
            ReadOnlySpan<sbyte> own = w.Slice(output * layer.RowsPerGroup, layer.RowsPerGroup);
            kernel.PackWeights(own, _weights.AsSpan(row * _lanes, _lanes));
            foreach (sbyte v in own) sum += v;
            _bias[output] = unchecked(_bias[output] - (zero * sum));
        }
    }

    /// <inheritdoc/>
    public override int MaxSplit => SplitsPositions ? _layer.PositionsPerImage / PositionsPerCall : _columns / Block;

    /// <inheritdoc/>
    public override long ProductsPerImage => _layer.MacsPerImage * 2 / _kernel.InputsPerLane;

    // Weights are then read by every call; with few positions, each call reads its own.
    private bool SplitsPositions => _layer.PositionsPerImage >= 4 * PositionsPerCall;

    /// <inheritdoc/>
    public override int WorkspaceBytes(int images)
    {
        var workspace = new Workspace(null);
        Take(ref workspace, out _, out _, out _);
        return Math.Max(workspace.Used, ExactWide.WorkspaceBytes(_layer));
    }

    /// <inheritdoc/>
    public override void Run(in LayerCall call)
    {
        int positions = _layer.PositionsPerImage;
        int all = checked(call.Images * positions);
        int rows = _layer.RowsPerGroup, outputs = _layer.ColumnsPerGroup;
        fixed (byte* input = call.Input, residual = call.Residual, output = call.Output, memory = call.Workspace)
        fixed (int* weights = _weights, bias = _bias)
        {
            var workspace = new Workspace(memory);
            Take(ref workspace, out int* x, out int* sums, out byte* scratch);
            (int firstPosition, int endPosition) = SplitsPositions ? call.Split.Range(all, PositionsPerCall) : (0, all);
            (int firstColumn, int endColumn) = SplitsPositions ? (0, outputs) : call.Split.Range(outputs, Block);
            for (int group = 0; group < _layer.Groups; group++)
            for (int first = firstPosition; first < endPosition; first += PositionsPerCall)
            {
                int count = Math.Min(PositionsPerCall, endPosition - first);
                bool isWithin = true;
                for (int p = 0; p < count; p++)
                {
                    byte* source = _patches is null
                        ? input + (((((nint)first + p) * _layer.Groups) + group) * rows)
                        : _patches.Gather(input, first + p, group, (byte)_layer.Input.ZeroPoint, scratch);
                    isWithin &= _kernel.PackInputs(source, rows, _layer.Input, new Span<int>(x + ((nint)p * _lanes), _lanes));
                }

                if (!isWithin)
                {
                    new ExactWide(_layer).Run(call, (first, first + count), group, (firstColumn, Math.Min(endColumn, outputs)));
                    continue;
                }
                for (int c = firstColumn; c < endColumn; c += Block)
                {
                    int* w = weights + ((((nint)group * _columns) + c) * _lanes);
                    for (int p = 0; p < count; p += 2)
                    {
                        int q = p + 1 < count ? p + 1 : p;
                        _kernel.TwoByFour(x + ((nint)p * _lanes), x + ((nint)q * _lanes), w, _lanes,
                            sums + ((nint)p * _columns) + c, sums + ((nint)q * _columns) + c);
                    }
                }
                for (int p = 0; p < count; p++)
                {
                    int* row = sums + ((nint)p * _columns);
                    int column = firstColumn;
                    for (; column + L.Count <= endColumn; column += L.Count)
                        L.Store(row + column, L.Add(L.Load(row + column), L.Load(bias + (group * outputs) + column)));
                    for (; column < endColumn; column++) row[column] += bias[(group * outputs) + column];
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
        x = workspace.TakeInts((long)PositionsPerCall * _lanes);
        sums = workspace.TakeInts(((long)PositionsPerCall * _columns) + Requantizer.Slack);
        scratch = workspace.Take(_layer.RowsPerGroup + 64);
    }
}
