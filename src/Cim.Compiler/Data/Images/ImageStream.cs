using Cim.Runtime;
using Cim.Runtime.Data;
using Cim.Runtime.Diagnostics;
using StbImageSharp;

namespace Cim.Compiler.Data.Images;

/// <summary>Images as bytes, one after the other; an image is decoded when it is read, and not at all when it is skipped.</summary>
/// <param name="folder">Where they lie.</param>
/// <param name="images">Their paths, relative to the folder.</param>
/// <param name="shape">What each becomes.</param>
internal sealed class ImageStream(string folder, string[] images, ImageShape shape) : Stream
{
    // Decoding takes three bytes a pixel, and a small file can claim any size.
    private const long MostPixels = 256L << 20, MostBytes = 1L << 30;

    private int _next;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => (long)images.Length * shape.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => (long)_next * shape.Length;
        set => throw new NotSupportedException();
    }

    /// <summary>Passes over an image.</summary>
    public void Skip() => _next++;

    /// <summary>Reads the next image whole.</summary>
    /// <exception cref="CimException">CIM0001, CIM0006: the file cannot be read, or is no image.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_next == images.Length || buffer.Length < shape.Length) return 0;
        string path = Path.Combine(folder, images[_next++]);
        byte[] file = InputFile.ReadAll(path, "image", MostBytes);
        ImageResult image;
        try
        {
            using var head = new MemoryStream(file);
            if (ImageInfo.FromStream(head) is { } info && (long)info.Width * info.Height > MostPixels)
                throw RecordFile.Malformed(
                    path, $"The image has {info.Width} x {info.Height} pixels, more than are read. Make it smaller.");
            image = ImageResult.FromMemory(file, ColorComponents.RedGreenBlue);
        }
        catch (Exception e) when (e is not CimException and not OutOfMemoryException)
        {
            throw RecordFile.Malformed(path,
                $"The file is no PNG, JPEG or BMP image that can be decoded ({e.Message.TrimEnd('.')}). Convert or remove it.", e);
        }

        ImageResizer.Fit(image.Data, image.Width, image.Height, shape, buffer);
        return shape.Length;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
