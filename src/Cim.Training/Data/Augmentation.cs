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

    /// <summary>Writes a changed copy of a sample.</summary>
    internal void Apply(ReadOnlySpan<float> source, Span<float> target, IReadOnlyList<long> shape, KeyedRandom random)
    {
        if (shape.Count != 3 || (Shift == 0 && !Flip && Cutout == 0))
        {
            source.CopyTo(target);
            return;
        }

        (int channels, int height, int width) = ((int)shape[0], (int)shape[1], (int)shape[2]);
        int down = Shift > 0 ? random.Next((2 * Shift) + 1) - Shift : 0;
        int right = Shift > 0 ? random.Next((2 * Shift) + 1) - Shift : 0;
        bool mirrored = Flip && random.Next(2) == 1;
        target.Clear();
        for (int c = 0; c < channels; c++)
        {
            for (int y = Math.Max(0, down); y < Math.Min(height, height + down); y++)
            {
                ReadOnlySpan<float> from = source.Slice(((c * height) + y - down) * width, width);
                Span<float> to = target.Slice(((c * height) + y) * width, width);
                int first = Math.Max(0, right);
                int count = width - Math.Abs(right);
                from.Slice(Math.Max(0, -right), count).CopyTo(to[first..]);
                if (mirrored)
                    to.Reverse();
            }
        }

        if (Cutout > 0)
            Cut(target, channels, height, width, random);
    }

    private void Cut(Span<float> target, int channels, int height, int width, KeyedRandom random)
    {
        int top = random.Next(height) - (Cutout / 2);
        int left = random.Next(width) - (Cutout / 2);
        int first = Math.Max(0, left);
        int count = Math.Min(width, left + Cutout) - first;
        for (int c = 0; c < channels; c++)
        {
            for (int y = Math.Max(0, top); y < Math.Min(height, top + Cutout); y++)
                target.Slice((((c * height) + y) * width) + first, count).Clear();
        }
    }
}
