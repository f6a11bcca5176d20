using System.Globalization;
using System.Runtime.CompilerServices;
using Cim.Compiler.Data.Images;
using Xunit;

namespace Cim.Compiler.Tests.Data.Images;

/// <summary>Against what Pillow made of the same files (cases.py).</summary>
public sealed class ImageResizerTests
{
    [Theory]
    [InlineData("wide.png.16x16x3.bin")]
    [InlineData("wide.bmp.16x16x3.bin")]
    [InlineData("tall.png.20x12x1.bin")]
    [InlineData("small.png.24x24x3.bin")]
    [InlineData("grey.png.28x28x1.bin")]
    [InlineData("same.png.12x12x3.bin")]
    public void An_image_without_loss_has_the_bytes_of_Pillow(string expected) =>
        Assert.Equal(File.ReadAllBytes(Path.Combine(Folder(), expected)), Read(expected, isChannelFirst: false));

    [Fact]
    public void A_jpeg_differs_by_the_rounding_of_its_decoder()
    {
        const string Expected = "wide.jpg.16x16x3.bin";
        byte[] pillow = File.ReadAllBytes(Path.Combine(Folder(), Expected)), own = Read(Expected, isChannelFirst: false);
        int[] differences = [.. pillow.Zip(own).Select(p => Math.Abs(p.First - p.Second))];
        Assert.InRange(differences.Max(), 0, 6);
        Assert.InRange(differences.Average(), 0, 1);
    }

    [Fact]
    public void Channels_first_are_the_same_pixels_as_planes()
    {
        byte[] last = Read("wide.png.16x16x3.bin", isChannelFirst: false), first = Read("wide.png.16x16x3.bin", isChannelFirst: true);
        Assert.Equal(Enumerable.Range(0, 3).SelectMany(c => Enumerable.Range(0, 256).Select(i => last[(3 * i) + c])), first);
    }

    private static byte[] Read(string expected, bool isChannelFirst)
    {
        string[] parts = expected.Split('.');
        int[] size = [.. parts[2].Split('x').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
        var shape = new ImageShape(size[2], size[1], size[0], isChannelFirst);
        using var stream = new ImageStream(Folder(), [$"{parts[0]}.{parts[1]}"], shape);
        byte[] pixels = new byte[shape.Length];
        Assert.Equal(pixels.Length, stream.Read(pixels));
        Assert.Equal(0, stream.Read(pixels));
        return pixels;
    }

    internal static string Folder([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "Cases");
}
