using Cim.Training.Randomness;

namespace Cim.Training.Data;

/// <summary>Random changes of training images [channels, height, width] that keep their class.</summary>
public sealed record Augmentation
{
    /// <summary>No change.</summary>
    public static Augmentation None { get; } = new();

    /// <summary>Largest shift along each axis in pixels; what comes in is zero.</summary>
    public int Shift { get; init; }

    /// <summary>Whether images are mirrored left to right with probability one half.</summary>
    public bool Flip { get; init; }

    /// <summary>Side of a square set to zero at a random position (DeVries and Taylor, arXiv 1708.04552); 0 = none.</summary>
    public int Cutout { get; init; }

    /// <summary>Whether samples of this shape are changed at all.</summary>
    internal bool Changes(IReadOnlyList<long> shape) => shape.Count == 3 && (Shift != 0 || Flip || Cutout != 0);

    /// <summary>Draws what is done to one image.</summary>
    internal AugmentationDraw Draw(IReadOnlyList<long> shape, KeyedRandom random)
    {
        int down = Shift > 0 ? random.Next((2 * Shift) + 1) - Shift : 0;
        int right = Shift > 0 ? random.Next((2 * Shift) + 1) - Shift : 0;
        bool isMirrored = Flip && random.Next(2) == 1;
        int top = Cutout > 0 ? random.Next((int)shape[1]) - (Cutout / 2) : 0;
        int left = Cutout > 0 ? random.Next((int)shape[2]) - (Cutout / 2) : 0;
        return new AugmentationDraw(down, right, isMirrored, top, left);
    }

    /// <summary>Writes a changed copy of a sample.</summary>
    internal void Apply(ReadOnlySpan<float> source, Span<float> target, IReadOnlyList<long> shape, KeyedRandom random)
    {
        if (!Changes(shape))
        {
            source.CopyTo(target);
            return;
        }

        (int channels, int height, int width) = ((int)shape[0], (int)shape[1], (int)shape[2]);
        AugmentationDraw draw = Draw(shape, random);
        target.Clear();
        for (int c = 0; c < channels; c++)
        {
            for (int y = Math.Max(0, draw.Down); y < Math.Min(height, height + draw.Down); y++)
            {
                ReadOnlySpan<float> from = source.Slice(((c * height) + y - draw.Down) * width, width);
                Span<float> to = target.Slice(((c * height) + y) * width, width);
                int first = Math.Max(0, draw.Right);
                int count = width - Math.Abs(draw.Right);
                from.Slice(Math.Max(0, -draw.Right), count).CopyTo(to[first..]);
                if (draw.IsMirrored)
                    to.Reverse();
            }
        }

        if (Cutout > 0)
            Cut(target, channels, height, width, draw);
    }

    private void Cut(Span<float> target, int channels, int height, int width, AugmentationDraw draw)
    {
        int first = Math.Max(0, draw.Left);
        int count = Math.Min(width, draw.Left + Cutout) - first;
        for (int c = 0; c < channels; c++)
        {
            for (int y = Math.Max(0, draw.Top); y < Math.Min(height, draw.Top + Cutout); y++)
                target.Slice((((c * height) + y) * width) + first, count).Clear();
        }
    }
}

/// <summary>What is done to one image.</summary>
/// <param name="Down">Shift downwards in pixels.</param>
/// <param name="Right">Shift to the right in pixels.</param>
/// <param name="IsMirrored">Whether it is mirrored after the shift.</param>
/// <param name="Top">First row cut out; may lie outside.</param>
/// <param name="Left">First column cut out; may lie outside.</param>
internal readonly record struct AugmentationDraw(int Down, int Right, bool IsMirrored, int Top, int Left);
