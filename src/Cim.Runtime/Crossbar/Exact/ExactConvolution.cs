using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Exact;

/// <summary>
/// A convolution in 32-bit integers. The input is packed once into <see cref="PlaneLayout"/> (no im2col: kernel taps
/// are offsets into it), band by band so that it stays in the first-level cache, and requantized while the sums are hot.
/// </summary>
internal sealed unsafe class ExactConvolution<K, L, TI, TF> : PreparedLayer
    where K : struct, IConvolutionKernel
    where L : struct, ILanes<TI, TF>
    where TI : unmanaged
    where TF : unmanaged
{
    private const int Block = PairProducts.Outputs;

    /// <summary>Positions of an output that are requantized at once where rows are whole vectors: enough to store whole ones.</summary>
    private const int RequantizedTogether = 64;

    private readonly CrossbarLayer _layer;
    private readonly K _kernel;
    private readonly ConvolutionGeometry _geometry;
    private readonly PlaneLayout _layout;
    private readonly Requantizer _requantizer;
    private readonly int _bandRows;
    private readonly int _planeRows;
    private readonly int _rowsPerCall;
    private readonly int _rowsTogether;
    private readonly int[] _starts;
    private readonly bool _depthwise;
    private readonly int _blocks;
    private readonly int[] _offsets;
    private readonly int[] _weights;
    private readonly int[] _bias;

    /// <param name="layer">The layer.</param>
    /// <param name="kernel">How it multiplies.</param>
    public ExactConvolution(CrossbarLayer layer, K kernel)
    {
        (_layer, _kernel) = (layer, kernel);
        _geometry = layer.Geometry!;
        _layout = kernel.Layout(layer, L.Count);
        _requantizer = new Requantizer(layer);
        _bandRows = Bands.Rows(_layout);
        _planeRows = _layout.InputRows(_bandRows);
        _rowsPerCall = _layout.VectorsPerRow % 2 == 0 ? 1 : 2;
        _rowsTogether = _rowsPerCall * Math.Max(1, RequantizedTogether / (_rowsPerCall * _layout.VectorsPerRow * L.Count));
        _starts = [.. Enumerable.Range(0, _rowsTogether * _layout.VectorsPerRow).Select(v =>
            (v / _layout.VectorsPerRow * _geometry.StrideY * _layout.RowLength) + (v % _layout.VectorsPerRow * L.Count))];
        _depthwise = layer.ColumnsPerGroup == 1;
        _blocks = _depthwise ? 1 : (layer.ColumnsPerGroup + Block - 1) / Block;
        _offsets = _layout.Offsets(_planeRows);
        (_weights, _bias) = kernel.Weights(layer, _layout, _depthwise ? 1 : Block);
    }

    /// <inheritdoc/>
    public override int MaxSplit =>
        LayerSplit.MostOfConvolution(_layer.Groups, _blocks, _geometry.OutputHeight, _rowsPerCall);

    /// <inheritdoc/>
    public override long ProductsPerImage => _layer.MacsPerImage * 2 / _layout.ChannelsPerPlane;

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
        int outputSize = _geometry.OutputHeight * _geometry.OutputWidth;
        long imageInput = (long)_geometry.InputChannels * _geometry.InputHeight * _geometry.InputWidth;
        nint groupInput = (nint)(imageInput / _layer.Groups);
        fixed (byte* input = call.Input, residual = call.Residual, output = call.Output, memory = call.Workspace)
        fixed (int* offsets = _offsets, weights = _weights, bias = _bias, starts = _starts)
        {
            var workspace = new Workspace(memory);
            Take(ref workspace, out int* planes, out byte* scratch, out int* sums);
            ConvolutionPart part = call.Split.OfConvolution(_layer.Groups, _blocks, _geometry.OutputHeight, _rowsPerCall);
            for (int image = 0; image < call.Images; image++)
            for (int group = part.Groups.First; group < part.Groups.End; group++)
            {
                byte* channels = input + (image * (nint)imageInput) + (group * groupInput);
                for (int y = part.Rows.First; y < part.Rows.End; y += _bandRows)
                {
                    int rows = Math.Min(_bandRows, part.Rows.End - y);
                    var band = new PlaneBand(y * _geometry.StrideY, _layout.InputRows(rows), _planeRows);
                    if (!_kernel.Pack(_layout, channels, _layer.Input, band, planes, scratch))
                    {
                        new ExactWide(_layer).Run(call, part, _depthwise ? 1 : Block);
                        return;
                    }

                    for (int block = part.Blocks.First; block < part.Blocks.End; block++)
                    {
                        int width = _depthwise ? 1 : Block;
                        int index = (group * _blocks) + block;
                        int first = (group * _layer.ColumnsPerGroup) + (block * width);
                        int count = Math.Min(width, _layer.ColumnsPerGroup - (block * width));
                        nint element = (((nint)image * _layer.Outputs) + first) * outputSize;
                        var operands = new Operands
                        {
                            Planes = planes,
                            Offsets = offsets,
                            Weights = weights + ((nint)index * _layout.Steps * width),
                            Bias = bias + (index * width),
                            Sums = sums,
                            Starts = starts,
                        };
                        var target = new Target
                        {
                            FirstOutput = first,
                            Outputs = count,
                            FirstRow = y,
                            Rows = rows,
                            Residual = residual + (element * _requantizer.ResidualBytes),
                            Output = output + (element * _requantizer.OutputBytes),
                        };
                        Band(operands, target);
                    }
                }
            }
        }
    }

    // One block of outputs over one band, a few output rows at a time.
    private void Band(in Operands operands, in Target target)
    {
        int* bias = operands.Bias, sums = operands.Sums, starts = operands.Starts;
        var steps = new Steps(operands.Offsets, operands.Weights, _layout.Steps);
        byte* residual = target.Residual, output = target.Output;
        int rows = target.Rows;
        int perRow = _layout.VectorsPerRow, width = _geometry.OutputWidth;
        int outputSize = _geometry.OutputHeight * width;
        nint rowPairs = (nint)_geometry.StrideY * _layout.RowLength;
        nint stride = SumsLength;
        bool wholeVectors = width == perRow * L.Count;
        int** x = stackalloc int*[IConvolutionKernel.MostVectors];
        for (int y = 0; y < rows; y += _rowsTogether)
        {
            int now = Math.Min(_rowsTogether, rows - y);
            int* planes = operands.Planes + (y * rowPairs);
            int vectors = now * perRow;
            for (int v = 0; v < vectors; v += _kernel.Vectors)
            {
                // Where vectors are missing the last one stands for them; the results land in the slack of the row of sums.
                for (int i = 0; i < _kernel.Vectors; i++) x[i] = planes + starts[Math.Min(v + i, vectors - 1)];
                if (_depthwise)
                    _kernel.One(x, steps, *bias, sums + (v * L.Count));
                else
                    _kernel.Four(x, steps, bias, new SumRows(sums + (v * L.Count), stride));
            }
            for (int o = 0; o < target.Outputs; o++)
            {
                for (int r = 0; r < now; r += wholeVectors ? now : 1)
                {
                    nint at = ((nint)o * outputSize) + ((nint)(target.FirstRow + y + r) * width);
                    _requantizer.Positions<L, TI, TF>(
                        sums + (o * stride) + (r * perRow * L.Count), false, wholeVectors ? now * width : width,
                        target.FirstOutput + o, residual + (at * _requantizer.ResidualBytes), output + (at * _requantizer.OutputBytes));
                }
            }
        }
    }

    /// <summary>What a block of outputs is computed from.</summary>
    private readonly ref struct Operands
    {
        public required int* Planes { get; init; }

        public required int* Offsets { get; init; }

        public required int* Weights { get; init; }

        public required int* Bias { get; init; }

        /// <summary>Where each vector of a few rows begins.</summary>
        public required int* Starts { get; init; }

        /// <summary>Scratch for the sums of a few rows.</summary>
        public required int* Sums { get; init; }
    }

    /// <summary>The outputs and rows of a band, and where their first element lies.</summary>
    private readonly ref struct Target
    {
        public required int FirstOutput { get; init; }

        public required int Outputs { get; init; }

        public required int FirstRow { get; init; }

        public required int Rows { get; init; }

        public required byte* Residual { get; init; }

        public required byte* Output { get; init; }
    }

    private void Take(ref Workspace workspace, out int* planes, out byte* scratch, out int* sums)
    {
        planes = workspace.TakeInts(((long)_layout.Planes * _planeRows * _layout.RowLength) + Requantizer.Slack);
        scratch = workspace.Take(_layout.ScratchBytes);
        sums = workspace.TakeInts((Block * SumsLength) + Requantizer.Slack);
    }

    /// <summary>Sums of an output, with room for vectors that are computed together with the last one.</summary>
    private nint SumsLength => ((nint)_rowsTogether * _layout.VectorsPerRow + _kernel.Vectors - 1) * L.Count;
}
