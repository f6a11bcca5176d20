namespace Cim.Compiler.Data.Images;

/// <summary>
/// Crops and resizes as Pillow's <c>ImageOps.fit(image, size, Resampling.BILINEAR)</c> does, to the same bytes: the largest centred part of
/// the wanted shape; then a triangle filter as wide as the pixels that fall into one, along rows and then along columns, in fixed point.
/// Networks are mostly trained on images that were made so.
/// </summary>
internal static class ImageResizer
{
    // Pillow's: 32 bits, less 8 of a pixel and 2 for sums that exceed it.
    private const int Precision = 22;

    /// <summary>Makes an image of a network from one of a file.</summary>
    /// <param name="rgb">[height, width, 3].</param>
    /// <param name="width">Columns of the file's image.</param>
    /// <param name="height">Rows of it.</param>
    /// <param name="shape">What is wanted.</param>
    /// <param name="target">Receives it.</param>
    public static void Fit(byte[] rgb, int width, int height, ImageShape shape, Span<byte> target)
    {
        byte[] pixels = shape.Channels == 1 ? Grey(rgb) : rgb;
        (double left, double top, double cropWidth, double cropHeight) = Crop(width, height, (double)shape.Width / shape.Height);
        byte[] rows = Resize(pixels, (height, width, shape.Channels), new Filter(width, left, left + cropWidth, shape.Width));
        // Columns are resized as rows of the transposed image are.
        byte[] turned = Transpose(rows, height, shape.Width, shape.Channels);
        byte[] columns = Resize(turned, (shape.Width, height, shape.Channels), new Filter(height, top, top + cropHeight, shape.Height));
        for (int x = 0; x < shape.Width; x++)
            for (int y = 0; y < shape.Height; y++)
                for (int c = 0; c < shape.Channels; c++)
                    target[shape.IsChannelFirst
                        ? (((c * shape.Height) + y) * shape.Width) + x
                        : (((y * shape.Width) + x) * shape.Channels) + c] = columns[(((x * shape.Height) + y) * shape.Channels) + c];
    }

    /// <summary>ITU-R 601 luma, in Pillow's fixed point.</summary>
    private static byte[] Grey(byte[] rgb)
    {
        byte[] grey = new byte[rgb.Length / 3];
        for (int i = 0; i < grey.Length; i++)
            grey[i] = (byte)(((rgb[3 * i] * 19595) + (rgb[(3 * i) + 1] * 38470) + (rgb[(3 * i) + 2] * 7471) + 0x8000) >> 16);
        return grey;
    }

    private static (double Left, double Top, double Width, double Height) Crop(int width, int height, double ratio)
    {
        double own = (double)width / height;
        double w = own > ratio ? ratio * height : width, h = own < ratio ? width / ratio : height;
        return ((width - w) * 0.5, (height - h) * 0.5, w, h);
    }

    private static byte[] Resize(byte[] pixels, (int Rows, int Columns, int Channels) size, Filter filter)
    {
        int width = filter.First.Length;
        byte[] target = new byte[size.Rows * width * size.Channels];
        for (int y = 0; y < size.Rows; y++)
            for (int x = 0; x < width; x++)
                for (int c = 0; c < size.Channels; c++)
                {
                    int sum = 1 << (Precision - 1), at = (((y * size.Columns) + filter.First[x]) * size.Channels) + c;
                    foreach (int weight in filter.Weights[x])
                    {
                        sum += pixels[at] * weight;
                        at += size.Channels;
                    }

                    target[(((y * width) + x) * size.Channels) + c] = (byte)Math.Clamp(sum >> Precision, 0, 255);
                }

        return target;
    }

    private static byte[] Transpose(byte[] pixels, int rows, int columns, int channels)
    {
        byte[] turned = new byte[pixels.Length];
        for (int y = 0; y < rows; y++)
            for (int x = 0; x < columns; x++)
                pixels.AsSpan(((y * columns) + x) * channels, channels).CopyTo(turned.AsSpan(((x * rows) + y) * channels));
        return turned;
    }

    /// <summary>The pixels that each pixel of a resized row is made of, and their weights.</summary>
    private sealed class Filter
    {
        public Filter(int size, double from, double to, int resized)
        {
            double scale = (to - from) / resized, support = Math.Max(scale, 1);
            First = new int[resized];
            Weights = new int[resized][];
            for (int x = 0; x < resized; x++)
            {
                double centre = from + ((x + 0.5) * scale);
                int first = Math.Max(0, (int)(centre - support + 0.5)), end = Math.Min(size, (int)(centre + support + 0.5));
                double[] weights = [.. Enumerable.Range(first, end - first).Select(
                    i => Math.Max(0, 1 - Math.Abs((i - centre + 0.5) / support)))];
                double sum = weights.Sum();
                First[x] = first;
                Weights[x] = [.. weights.Select(w => (int)(0.5 + (w / sum * (1 << Precision))))];
            }
        }

        public int[] First { get; }

        public int[][] Weights { get; }
    }
}
