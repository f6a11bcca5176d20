using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Exact;

/// <summary>
/// The plain definition in 64-bit integers: for layers whose sums could leave 32 bits (tens of thousands of inputs), and the
/// twin the fast paths are tested against. Also for inputs that are outside of the range that a path of narrow products counts on.
/// </summary>
internal sealed unsafe class ExactWide : PreparedLayer
{
    private readonly CrossbarLayer _layer;
    private readonly Requantizer _requantizer;
    private readonly PatchGatherer? _patches;

    public ExactWide(CrossbarLayer layer)
    {
        _layer = layer;
        _requantizer = new Requantizer(layer);
        _patches = layer.Geometry is { } g ? new PatchGatherer(g, layer.Groups) : null;
    }

    /// <summary>True if a sum of this layer could leave 32 bits.</summary>
    public static bool IsNeeded(CrossbarLayer layer)
    {
        QuantizationParameters q = layer.Input;
        long largest = Math.Max(Math.Abs(q.Min - (long)q.ZeroPoint), Math.Abs(q.Max - (long)q.ZeroPoint));
        ReadOnlySpan<sbyte> w = layer.Weights.Span<sbyte>();
        for (int output = 0; output < layer.Outputs; output++)
        {
            long sum = 0;
            foreach (sbyte v in w.Slice(output * layer.RowsPerGroup, layer.RowsPerGroup)) sum += Math.Abs((int)v);
            if ((sum * largest) + Math.Abs((long)layer.Bias[output]) > int.MaxValue) return true;
        }
        return false;
    }

    private int RowLength => _layer.Geometry?.OutputWidth ?? 1;

    /// <inheritdoc/>
    public override int WorkspaceBytes(int images) => WorkspaceBytes(_layer);

    /// <summary>Bytes that a layer needs.</summary>
    public static int WorkspaceBytes(CrossbarLayer layer) => layer.RowsPerGroup + 64;

    /// <inheritdoc/>
    public override void Run(in LayerCall call) => Run(
        call, new ConvolutionPart((0, _layer.Groups), (0, _layer.ColumnsPerGroup), (0, _layer.PositionsPerImage / RowLength)), 1);

    /// <summary>A part of the layer.</summary>
    /// <param name="call">The call.</param>
    /// <param name="part">Which groups, blocks of outputs and output rows; of a matrix, positions.</param>
    /// <param name="block">Outputs of a block.</param>
    public void Run(in LayerCall call, ConvolutionPart part, int block)
    {
        (int First, int End) columns = (part.Blocks.First * block, Math.Min(_layer.ColumnsPerGroup, part.Blocks.End * block));
        for (int image = 0; image < call.Images; image++)
        {
            int first = image * _layer.PositionsPerImage;
            for (int group = part.Groups.First; group < part.Groups.End; group++)
                Run(call, (first + (part.Rows.First * RowLength), first + (part.Rows.End * RowLength)), group, columns);
        }
    }

    /// <summary>Some positions and outputs of a group.</summary>
    /// <param name="call">The call.</param>
    /// <param name="positions">Positions of all images: [First, End).</param>
    /// <param name="group">The group.</param>
    /// <param name="outputs">Outputs of the group: [First, End).</param>
    public void Run(in LayerCall call, (int First, int End) positions, int group, (int First, int End) outputs)
    {
        int perImage = _layer.PositionsPerImage, rows = _layer.RowsPerGroup, columns = _layer.ColumnsPerGroup;
        int zero = _layer.Input.ZeroPoint;
        fixed (byte* input = call.Input, residual = call.Residual, output = call.Output, memory = call.Workspace)
        fixed (sbyte* weights = _layer.Weights.Span<sbyte>())
        {
            int* sum = stackalloc int[1 + Requantizer.Slack];
            for (long position = positions.First; position < positions.End; position++)
            {
                byte* x = _patches is null
                    ? input + (((position * _layer.Groups) + group) * rows)
                    : _patches.Gather(input, position, group, (byte)zero, memory);
                for (int c = outputs.First; c < outputs.End; c++)
                {
                    int o = (group * columns) + c;
                    sbyte* w = weights + ((nint)o * rows);
                    long acc = _layer.Bias[o];
                    for (int r = 0; r < rows; r++) acc += (long)w[r] * ((_layer.Input.Signed ? (sbyte)x[r] : x[r]) - zero);
                    *(float*)sum = acc;
                    nint at = (nint)(_patches is null
                        ? (position * _layer.Outputs) + o
                        : (((position / perImage * _layer.Outputs) + o) * perImage) + (position % perImage));
                    _requantizer.Positions<Lanes1, int, float>(sum, true, 1, o,
                        residual + (at * _requantizer.ResidualBytes), output + (at * _requantizer.OutputBytes));
                }
            }
        }
    }
}
