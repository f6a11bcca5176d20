using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Cim.Runtime;
using Xunit;

namespace Cim.Cli.Tests;

/// <summary>The images of the Fashion-MNIST sample as files in folders: the same as from an archive.</summary>
public sealed class ImageFolderTests : IDisposable
{
    private const int Samples = 200, Side = 28, Pixels = Side * Side;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cim-images-");

    private static string Sample
    {
        get
        {
            DirectoryInfo d = new(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(d.FullName, "Cim.Sdk.sln"))) d = d.Parent!;
            return Path.Combine(d.FullName, "samples", "FashionMnist");
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_folder_of_images_gives_the_accuracy_of_the_same_images_in_an_archive()
    {
        LabelledSamples test = LabelledSamples.Open(Path.Combine(Sample, "data", "test.npz"));
        byte[] bytes = test.ReadBytes(0, Samples);
        int[] labels = test.Labels[..Samples].ToArray();
        string images = Path.Combine(_folder.FullName, "images"), archive = Path.Combine(_folder.FullName, "x.npz");
        for (int i = 0; i < Samples; i++)
        {
            string path = Path.Combine(images, labels[i].ToString(CultureInfo.InvariantCulture), $"{i:000}.bmp");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, Bitmap(bytes.AsSpan(i * Pixels, Pixels)));
        }

        LabelledSamples.Write(
            archive, [1, Side, Side],
            Enumerable.Range(0, Samples).Select(i => Array.ConvertAll(bytes[(i * Pixels)..((i + 1) * Pixels)], b => (float)b)),
            labels);
        string model = Path.Combine(Sample, "models", "fashion.onnx"), compiled = Path.Combine(_folder.FullName, "net.cim");
        CliRun made = await CliRun.Of(
            "compile", model, "-o", compiled, "--calibration", images, "--scale", "1/255", "--rounding", "nearest", "--json");
        Assert.True(made.ExitCode == 0, made.Error);
        foreach (string network in new[] { model, compiled })
        {
            JsonElement folder = await Eval(network, images), npz = await Eval(network, archive);
            Assert.Equal(Samples, folder.GetProperty("samples").GetInt32());
            Assert.Equal(npz.GetProperty("correct").GetInt32(), folder.GetProperty("correct").GetInt32());
            Assert.InRange(folder.GetProperty("correct").GetInt32(), Samples * 8 / 10, Samples);
        }
    }

    private static async Task<JsonElement> Eval(string model, string data)
    {
        CliRun run = await CliRun.Of("eval", model, "--data", data, "--scale", "1/255", "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Json;
    }

    /// <summary>A bitmap of 24 bits a pixel, the lowest row first.</summary>
    private static byte[] Bitmap(ReadOnlySpan<byte> grey)
    {
        const int Header = 54, Row = Side * 3; // a multiple of 4: no padding
        byte[] file = new byte[Header + (Row * Side)];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), Header);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), Side);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), Side);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(28), 24);
        for (int y = 0; y < Side; y++)
            for (int x = 0; x < Row; x++)
                file[Header + (y * Row) + x] = grey[((Side - 1 - y) * Side) + (x / 3)];
        return file;
    }
}
