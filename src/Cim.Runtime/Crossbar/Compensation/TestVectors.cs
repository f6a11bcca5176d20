using Cim.Runtime.RandomNumbers;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Crossbar.Compensation;

/// <summary>Collects input vectors of a layer at random positions of calibration images, for <see cref="ColumnCorrector"/>.</summary>
/// <param name="layer">The layer.</param>
/// <param name="perImage">Positions taken of each image (or all, if there are fewer).</param>
internal sealed class TestVectors(CrossbarLayer layer, int perImage)
{
    private readonly List<byte> _rows = [];
    private long _images;

    /// <summary>Takes some positions of each image.</summary>
    /// <param name="input">Quantized inputs in the layout of <see cref="CrossbarLayer"/>.</param>
    /// <param name="images">How many images.</param>
    public void Add(ReadOnlySpan<byte> input, int images)
    {
        int positions = layer.PositionsPerImage, take = Math.Min(perImage, positions);
        for (int n = 0; n < images; n++, _images++)
        {
            CounterRandom random = CounterRandom.Of(0, RandomPurpose.TestVector).At(_images);
            for (int i = 0; i < take; i++)
                Add(input, n, take == positions ? i : (int)(random.Uniform(i) * positions));
        }
    }

    /// <summary>The vectors [count, groups * rows], null if there are none.</summary>
    public Tensor? ToTensor()
    {
        int width = layer.Groups * layer.RowsPerGroup;
        return _rows.Count == 0 ? null : new Tensor(layer.Input.StorageType, new Shape(_rows.Count / width, width), _rows.ToArray());
    }

    private void Add(ReadOnlySpan<byte> input, int image, int position)
    {
        int width = layer.Groups * layer.RowsPerGroup;
        if (layer.Geometry is not { } g)
        {
            _rows.AddRange(input.Slice(((image * layer.PositionsPerImage) + position) * width, width));
            return;
        }
        int top = (position / g.OutputWidth * g.StrideY) - g.PadTop, left = (position % g.OutputWidth * g.StrideX) - g.PadLeft;
        for (int c = 0; c < g.InputChannels; c++)
        for (int ky = 0; ky < g.KernelHeight; ky++)
        for (int kx = 0; kx < g.KernelWidth; kx++)
        {
            int y = top + (ky * g.DilationY), x = left + (kx * g.DilationX);
            _rows.Add(y < 0 || x < 0 || y >= g.InputHeight || x >= g.InputWidth
                ? unchecked((byte)layer.Input.ZeroPoint)
                : input[(((((image * g.InputChannels) + c) * g.InputHeight) + y) * g.InputWidth) + x]);
        }
    }
}
