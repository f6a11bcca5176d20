using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Exact;

/// <summary>
/// A 3 x 3 convolution of stride 1 by <see cref="Winograd"/> (AVX2): the same integers as <see cref="ExactConvolution{K, L, TI, TF}"/>
/// from less than half the products. Sixteen tiles of 2 x 2 outputs at a time, in whole rows of tiles where these are short, so
/// that the transformed inputs stay in the first-level cache.
/// </summary>
internal sealed unsafe class WinogradConvolution : PreparedLayer
{
    private const int Block = PairProducts.Outputs;
    private const int Tiles = Winograd.Tiles;
    private const int Lanes = 8;

    private readonly CrossbarLayer _layer;
    private readonly ConvolutionGeometry _geometry;
    private readonly PlaneLayout _layout;
    private readonly Requantizer _requantizer;
    private readonly int _tilesPerRow;
    private readonly int _tileRows;
    private readonly int _bandRows;
    private readonly int _planeRows;
    private readonly int _blocks;
    private readonly int[] _weights;
    private readonly int[] _starts;

    public WinogradConvolution(CrossbarLayer layer)
    {
        _layer = layer;
        _geometry = layer.Geometry!;
        ConvolutionGeometry g = _geometry;
        // Rows of tiles in fours: half a vector lies within one row.
        _tilesPerRow = (g.OutputWidth + Lanes - 1) / Lanes * (Lanes / 2);
        _tileRows = (g.OutputHeight + 1) / 2;
        // A row of tiles reads four input rows, the next one begins two further down.
        var tiles = new ConvolutionGeometry(g.InputChannels,
            g.Vertical with { Kernel = 4, Stride = 2, PadAfter = (2 * _tileRows) + 2 - g.InputHeight - g.PadTop },
            g.Horizontal with { Kernel = 3, PadAfter = (2 * _tilesPerRow) + 2 - g.InputWidth - g.PadLeft });
        _layout = new PlaneLayout(tiles, g.InputChannels / layer.Groups, Lanes, pairsTaps: false);
        _requantizer = new Requantizer(layer);
        _bandRows = Math.Min(_tileRows, (Bands.Rows(_layout) + RowsTogether - 1) / RowsTogether * RowsTogether);
        _planeRows = _layout.InputRows(_bandRows);
        _blocks = (layer.ColumnsPerGroup + Block - 1) / Block;
        _weights = new int[layer.Groups * _blocks * Winograd.Elements * _layout.Planes * Block];
        _starts = new int[layer.Groups * _blocks * Block];
        Span<int> transformed = stackalloc int[Winograd.Elements];
        for (int output = 0; output < layer.Outputs; output++)
        {
            int group = output / layer.ColumnsPerGroup, column = output % layer.ColumnsPerGroup;
            int block = (group * _blocks) + (column / Block), lane = column % Block;
            _starts[(block * Block) + lane] = unchecked(4 * layer.Bias[output]);
            for (int c = 0; c < _layout.Channels; c++)
            {
                Winograd.Weights(layer.Weights.Span<sbyte>().Slice((output * layer.RowsPerGroup) + (c * 9), 9), transformed);
                for (int e = 0; e < Winograd.Elements; e++)
                {
                    ref int pair = ref _weights[(((((block * Winograd.Elements) + e) * _layout.Planes) + (c / 2)) * Block) + lane];
                    pair |= c % 2 == 0 ? transformed[e] & 0xFFFF : transformed[e] << 16;
                }
            }
        }
    }

    /// <summary>True if a layer can be computed this way and gains by it.</summary>
    public static bool Suits(CrossbarLayer layer)
    {
        if (layer.Geometry is not { KernelHeight: 3, KernelWidth: 3, StrideX: 1, StrideY: 1, DilationX: 1, DilationY: 1 } g) return false;
        if (g.InputChannels / layer.Groups < 8 || layer.ColumnsPerGroup < 4 || g.OutputWidth < 5) return false;
        QuantizationParameters q = layer.Input;
        long largest = Math.Max(Math.Abs(q.Min - (long)q.ZeroPoint), Math.Abs(q.Max - (long)q.ZeroPoint));
        if (4 * largest > short.MaxValue) return false;
        ReadOnlySpan<sbyte> w = layer.Weights.Span<sbyte>();
        for (int output = 0; output < layer.Outputs; output++)
        {
            long sum = 0;
            foreach (sbyte v in w.Slice(output * layer.RowsPerGroup, layer.RowsPerGroup)) sum += Math.Abs((int)v);
            if (4 * ((sum * largest) + Math.Abs((long)layer.Bias[output])) > int.MaxValue) return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public override int MaxSplit => LayerSplit.MostOfConvolution(_layer.Groups, _blocks, _tileRows, RowsTogether);

    /// <inheritdoc/>
    public override long ProductsPerImage => _layer.MacsPerImage * 16 / 36;

    // Rows of tiles that fill the tiles of one call.
    private int RowsTogether => Math.Max(1, Tiles / _tilesPerRow);

    /// <inheritdoc/>
    public override int WorkspaceBytes(int images)
    {
        var workspace = new Workspace(null);
        Take(ref workspace, out _, out _, out _, out _, out _);
        return workspace.Used;
    }

    /// <inheritdoc/>
    public override void Run(in LayerCall call)
    {
        nint imageInput = (nint)_geometry.InputChannels * _geometry.InputHeight * _geometry.InputWidth;
        fixed (byte* input = call.Input, residual = call.Residual, output = call.Output, memory = call.Workspace)
        fixed (int* weights = _weights, starts = _starts)
        {
            var workspace = new Workspace(memory);
            Take(ref workspace, out int* planes, out byte* scratch, out int* transformed, out int* products, out int* sums);
            int rowsTogether = RowsTogether;
            ConvolutionPart whole = call.Split.OfConvolution(_layer.Groups, _blocks, _tileRows, rowsTogether);
            for (int image = 0; image < call.Images; image++)
            for (int group = whole.Groups.First; group < whole.Groups.End; group++)
            for (int band = whole.Rows.First; band < whole.Rows.End; band += _bandRows)
            {
                int rows = Math.Min(_bandRows, whole.Rows.End - band);
                PlanePacker.Pack<Lanes256, Vector256<int>, Vector256<float>>(
                    _layout, input + (image * imageInput) + (group * (imageInput / _layer.Groups)),
                    _layer.Input, new PlaneBand(2 * band, _layout.InputRows(rows), _planeRows), planes, scratch);
                for (int row = 0; row < rows; row += rowsTogether)
                for (int x = 0; x < _tilesPerRow; x += Tiles)
                {
                    var part = new Part(band + row, Math.Min(rowsTogether, rows - row), x, Math.Min(Tiles, _tilesPerRow - x));
                    Transform(planes + ((nint)2 * row * _layout.RowLength), part, transformed);
                    for (int block = whole.Blocks.First; block < whole.Blocks.End; block++)
                    {
                        nint index = (group * _blocks) + block;
                        int first = (group * _layer.ColumnsPerGroup) + (block * Block);
                        Winograd.Products(transformed, weights + (index * Winograd.Elements * _layout.Planes * Block), _layout.Planes,
                            starts + (index * Block), products);
                        for (int o = 0; o < Math.Min(Block, _layer.ColumnsPerGroup - (block * Block)); o++)
                            Finish(products + (o * Tiles), part, sums, image, first + o, residual, output);
                    }
                }
            }
        }
    }

    /// <summary>Tiles [FirstTile, FirstTile + TilesPerRow) of rows [FirstRow, FirstRow + Rows) of tiles.</summary>
    private readonly record struct Part(int FirstRow, int Rows, int FirstTile, int TilesPerRow);

    // All planes at all elements: [element][plane][tile].
    private void Transform(int* planes, Part part, int* transformed)
    {
        nint stride = (nint)_layout.Planes * Tiles, row = _layout.RowLength;
        for (int plane = 0; plane < _layout.Planes; plane++, planes += _planeRows * row, transformed += Tiles)
        for (int i = 0; i < part.Rows * part.TilesPerRow; i += Lanes)
        {
            int next = i + (Lanes / 2);
            int* first = At(i);
            Winograd.Inputs(first, next < part.Rows * part.TilesPerRow ? At(next) : first, row, transformed + i, stride);
        }

        int* At(int tile) => planes + (2 * (tile / part.TilesPerRow) * row) + (2 * (part.FirstTile + (tile % part.TilesPerRow)));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Finish(int* products, Part part, int* sums, int image, int output, byte* residual, byte* destination)
    {
        int width = 2 * part.TilesPerRow, tiles = part.Rows * part.TilesPerRow;
        for (int i = 0; i < tiles; i += Lanes)
        {
            int next = i + (Lanes / 2);
            Winograd.Outputs(products + i, Block * Tiles, At(i), next < tiles ? At(next) : sums + (4 * Tiles), width);
        }
        int y = 2 * part.FirstRow, x = 2 * part.FirstTile, rows = Math.Min(2 * part.Rows, _geometry.OutputHeight - y);
        int count = Math.Min(width, _geometry.OutputWidth - x);
        bool contiguous = count == width && width == _geometry.OutputWidth;
        for (int r = 0; r < (contiguous ? 1 : rows); r++)
        {
            nint at = ((((nint)image * _layer.Outputs) + output) * _geometry.OutputHeight * _geometry.OutputWidth)
                + ((nint)(y + r) * _geometry.OutputWidth) + x;
            _requantizer.Positions<Lanes256, Vector256<int>, Vector256<float>>(
                sums + (r * width), false, contiguous ? rows * width : count, output,
                residual + (at * _requantizer.ResidualBytes), destination + (at * _requantizer.OutputBytes));
        }

        int* At(int tile) => sums + (tile / part.TilesPerRow * 2 * width) + (tile % part.TilesPerRow * 2);
    }

    private void Take(ref Workspace workspace, out int* planes, out byte* scratch, out int* transformed, out int* products, out int* sums)
    {
        planes = workspace.TakeInts(((long)_layout.Planes * _planeRows * _layout.RowLength) + Requantizer.Slack);
        scratch = workspace.Take(_layout.ScratchBytes);
        transformed = workspace.TakeInts((long)Winograd.Elements * _layout.Planes * Tiles);
        products = workspace.TakeInts(Winograd.Elements * Block * Tiles);
        // The lower row of the last half vector may lie past what is used.
        sums = workspace.TakeInts((8 * Tiles) + (4 * Lanes) + Requantizer.Slack);
    }
}
