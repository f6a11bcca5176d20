using Cim.Runtime;
using SkiaSharp;

namespace WebApi;

/// <summary>Uploads as the network reads them: planes of bytes in its height and width, one grey or three of red, green, blue.</summary>
internal sealed class Picture
{
    // A file of a few kilobytes can claim to be an image of gigabytes.
    private const long MostPixels = 64L << 20;

    private readonly int _channels, _height, _width;
    private readonly bool _onBlack;

    /// <summary>Reads what a network needs off its input: 1 or 3 x height x width.</summary>
    /// <param name="input">The input of the network.</param>
    /// <param name="onBlack">It was trained on light things before black, so that pictures with a light border are inverted.</param>
    public Picture(TensorDescription input, bool onBlack)
    {
        if (input.Shape is not [_, 1 or 3, > 0, > 0])
            throw new NotSupportedException($"the network reads {string.Join(" x ", input.Shape)}, not pictures");
        (_channels, _height, _width) = (input.Shape[1], input.Shape[2], input.Shape[3]);
        _onBlack = onBlack;
    }

    /// <summary>Decodes, cuts out the largest part of the right proportions, and resizes; null for what is no whole image.</summary>
    public byte[]? Read(byte[] file)
    {
        using SKCodec? codec = SKCodec.Create(new SKMemoryStream(file));
        if (codec is null || (long)codec.Info.Width * codec.Info.Height > MostPixels) return null;
        using var picture = new SKBitmap(codec.Info.WithColorType(SKColorType.Rgba8888).WithAlphaType(SKAlphaType.Premul));
        // Half an image, which Skia would fill up with black, is refused, too.
        if (codec.GetPixels(picture.Info, picture.GetPixels()) != SKCodecResult.Success) return null;

        using var small = new SKBitmap(new SKImageInfo(
            _width, _height, _channels == 1 ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(small))
        using (SKImage image = SKImage.FromBitmap(picture))
        {
            float scale = Math.Min((float)picture.Width / _width, (float)picture.Height / _height);
            SKSize part = new(_width * scale, _height * scale);
            SKRect middle = SKRect.Create(
                (picture.Width - part.Width) / 2, (picture.Height - part.Height) / 2, part.Width, part.Height);
            canvas.Clear(SKColors.Black);
            // Mipmaps average the pixels that fall into one; without them a large photo would be sampled at a few hundred points.
            var sampling = new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear);
            canvas.DrawImage(image, middle, SKRect.Create(_width, _height), sampling);
        }

        byte[] planes = Planes(small.GetPixelSpan());
        if (_onBlack && Border(planes).Average(pixel => pixel) > 127)
            for (int i = 0; i < planes.Length; i++) planes[i] = (byte)(255 - planes[i]);
        return planes;
    }

    private byte[] Planes(ReadOnlySpan<byte> pixels)
    {
        int size = _height * _width, step = _channels == 1 ? 1 : 4;
        byte[] planes = new byte[_channels * size];
        for (int c = 0; c < _channels; c++)
            for (int i = 0; i < size; i++) planes[(c * size) + i] = pixels[(i * step) + c];
        return planes;
    }

    private IEnumerable<byte> Border(byte[] planes) => planes.Where((_, i) =>
        i % _width is var x && i / _width % _height is var y && (x == 0 || y == 0 || x == _width - 1 || y == _height - 1));
}
