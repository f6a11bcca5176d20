using System.Collections.Immutable;

namespace Cim.Compiler.Data.Images;

/// <summary>The shape of an image as a network reads it.</summary>
/// <param name="Channels">1 = grey levels, 3 = red, green, blue.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="IsChannelFirst">Whether the channels are planes, one after the other.</param>
internal sealed record ImageShape(int Channels, int Height, int Width, bool IsChannelFirst)
{
    /// <summary>Bytes of an image.</summary>
    public int Length => Channels * Height * Width;

    /// <summary>The shape of a sample; null if it is none of an image.</summary>
    public static ImageShape? Of(ImmutableArray<int> sample) => sample switch
    {
        [1 or 3, var height, var width] => new ImageShape(sample[0], height, width, true),
        [var height, var width, 1 or 3] => new ImageShape(sample[2], height, width, false),
        [var height, var width] => new ImageShape(1, height, width, true),
        _ => null,
    };
}
