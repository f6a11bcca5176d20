using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Blocks;

/// <summary>
/// A layer in blocks: each block computes the sums of its columns, the digital part adds them, shifted, to the outputs they
/// belong to, then the layer's epilogue follows once.
/// </summary>
internal sealed unsafe class BlockLayer<L, TI, TF> : PreparedLayer
    where L : struct, ILanes<TI, TF>
    where TI : unmanaged
    where TF : unmanaged
{
    private const int PositionsPerCall = 64;

    private readonly CrossbarLayer _layer;
    private readonly (PreparedLayer Layer, bool IsReal)[] _parts;
    private readonly Requantizer _requantizer;
    private readonly int[] _bias; // What no block's sums contain.
    private readonly bool[][] _first; // [block][use]: nothing was added to the output before.
    private readonly bool[] _untouched;
    private readonly bool _isReal;
    private readonly int _columns, _images;

    /// <param name="layer">The layer.</param>
    /// <param name="parts">Its blocks, and whether their sums are floats.</param>
    public BlockLayer(CrossbarLayer layer, (PreparedLayer Layer, bool IsReal)[] parts)
    {
        (_layer, _parts, _requantizer, _bias) = (layer, parts, new Requantizer(layer), [.. layer.Bias]);
        _isReal = parts.Any(p => p.IsReal);
        _columns = Math.Max(1, layer.Blocks.Max(b => b.Columns));
        _images = Math.Max(1, PositionsPerCall / layer.PositionsPerImage);
        _untouched = [.. Enumerable.Repeat(true, layer.Outputs)];
        _first = [.. layer.Blocks.Select(b => new bool[b.Uses.Length])];
        bool[][] withBias = BlockParts.WithBias(layer);
        for (int b = 0; b < _first.Length; b++)
            for (int t = 0; t < _first[b].Length; t++)
            {
                int o = layer.Blocks[b].Uses[t].Output;
                if (withBias[b][t]) _bias[o] = 0;
                (_first[b][t], _untouched[o]) = (_untouched[o], false);
            }
    }

    /// <inheritdoc/>
    public override int WorkspaceBytes(int images)
    {
        var workspace = new Workspace(null);
        Take(ref workspace, out _, out _, out _, out _);
        return workspace.Used;
    }

    /// <inheritdoc/>
    public override void Run(in LayerCall call)
    {
        int positions = _layer.PositionsPerImage, outputs = _layer.Outputs;
        long inputSize = call.Input.Length / call.Images;
        fixed (byte* residual = call.Residual, output = call.Output, memory = call.Workspace)
        {
            var workspace = new Workspace(memory);
            Take(ref workspace, out int* sums, out int* totals, out byte* scratch, out int scratchBytes);
            for (int first = 0; first < call.Images; first += _images)
            {
                int images = Math.Min(_images, call.Images - first), count = images * positions;
                for (int b = 0; b < _parts.Length; b++)
                {
                    int columns = _layer.Blocks[b].Columns;
                    _parts[b].Layer.Run(new LayerCall
                    {
                        Input = call.Input.Slice((int)(first * inputSize), (int)(images * inputSize)),
                        Output = new Span<byte>(sums, count * columns * sizeof(int)),
                        Workspace = new Span<byte>(scratch, scratchBytes),
                        Images = images,
                        FirstImage = call.FirstImage + first,
                    });
                    for (int t = 0; t < _first[b].Length; t++)
                        Add(sums, columns, totals, count, _layer.Blocks[b].Uses[t], _parts[b].IsReal, _first[b][t]);
                }

                for (int o = 0; o < outputs; o++) AddBias(totals, count, o, _untouched[o]);
                Finish(totals, images, first, residual, output);
            }
        }
    }

    private void Finish(int* totals, int images, int firstImage, byte* residual, byte* output)
    {
        int positions = _layer.PositionsPerImage, outputs = _layer.Outputs;
        if (_layer.Geometry is null)
        {
            for (int i = 0; i < images * positions; i++)
            {
                nint at = ((((nint)firstImage * positions) + i) * outputs);
                _requantizer.Outputs<L, TI, TF>(totals + ((nint)i * outputs), _isReal, outputs, 0,
                    residual + (at * _requantizer.ResidualBytes), output + (at * _requantizer.OutputBytes));
            }

            return;
        }

        for (int image = 0; image < images; image++)
            for (int o = 0; o < outputs; o++)
            {
                nint at = ((((nint)(firstImage + image) * outputs) + o) * positions);
                _requantizer.Positions<L, TI, TF>(totals + ((((nint)image * outputs) + o) * positions), _isReal, positions, o,
                    residual + (at * _requantizer.ResidualBytes), output + (at * _requantizer.OutputBytes));
            }
    }

    // Sums and totals have the layout of the layer's output. Powers of two scale floats exactly, so the order of products and
    // sums is all that fixes the result, and that is the order of blocks.
    private void Add(int* sums, int columns, int* totals, int count, ColumnUse use, bool isReal, bool first)
    {
        (nint fromStep, nint toStep, nint run) = _layer.Geometry is null
            ? (columns, _layer.Outputs, 1)
            : ((nint)1, 1, _layer.PositionsPerImage);
        for (int start = 0; start < count; start += _layer.PositionsPerImage)
        {
            nint image = start / _layer.PositionsPerImage;
            int* from = sums + (_layer.Geometry is null ? (start * columns) + use.Column : ((image * columns) + use.Column) * run);
            int* to = totals + (
                _layer.Geometry is null ? (start * _layer.Outputs) + use.Output : ((image * _layer.Outputs) + use.Output) * run);
            for (int p = 0; p < _layer.PositionsPerImage; p++, from += fromStep, to += toStep)
            {
                if (!_isReal)
                {
                    int value = unchecked(*from * use.Factor);
                    *to = first ? value : unchecked(*to + value);
                    continue;
                }

                float real = (isReal ? *(float*)from : *from) * use.Factor;
                *(float*)to = first ? real : *(float*)to + real;
            }
        }
    }

    private void AddBias(int* totals, int count, int output, bool first)
    {
        if (!first && _bias[output] == 0) return;
        int positions = _layer.PositionsPerImage;
        for (int i = 0; i < count; i++)
        {
            int* to = totals + (_layer.Geometry is null
                ? ((nint)i * _layer.Outputs) + output
                : ((((nint)(i / positions) * _layer.Outputs) + output) * positions) + (i % positions));
            if (_isReal) *(float*)to = first ? _bias[output] : *(float*)to + _bias[output];
            else *to = first ? _bias[output] : unchecked(*to + _bias[output]);
        }
    }

    private void Take(ref Workspace workspace, out int* sums, out int* totals, out byte* scratch, out int scratchBytes)
    {
        long count = (long)_images * _layer.PositionsPerImage;
        sums = workspace.TakeInts((count * _columns) + Requantizer.Slack);
        totals = workspace.TakeInts((count * _layer.Outputs) + Requantizer.Slack);
        scratchBytes = _parts.Max(p => p.Layer.WorkspaceBytes(_images));
        scratch = workspace.Take(scratchBytes);
    }
}
