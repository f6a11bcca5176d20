using System.Collections.Immutable;
using System.Text;
using Cim.Compiler.Data;
using Cim.Compiler.Data.Images;
using Cim.Compiler.Pipeline;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Data.Images;

/// <summary>Folders of images as samples.</summary>
public sealed class ImageFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private void Add(string path, string image = "grey.png")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.At(path))!);
        File.Copy(Path.Combine(ImageResizerTests.Folder(), image), _folder.At(path));
    }

    private DataSet Open(params int[] sample) =>
        DataSet.Open(_folder.Path, [.. sample], Preprocessing.Parse("1/255", null, null));

    private CimException Refused(params int[] sample) => Assert.Throws<CimException>(() => Open(sample).Batches(1).Count());

    [Fact]
    public void A_folder_a_class_gives_labels_in_the_order_of_names_and_numbers_in_theirs()
    {
        foreach (string path in new[] { "cat/b.png", "cat/a.png", "ant/x/deep.png", "bee/c.PNG", ".git/d.png", "ant/notes.txt" }) Add(path);
        Assert.Equal([0, 1, 2, 2], Open(1, 28, 28).Labels);
        foreach (string name in new[] { "cat", "ant", "bee" }) Directory.Delete(_folder.At(name), recursive: true);
        foreach (string name in new[] { "2", "10", "9" }) Add($"{name}/a.png");
        // Files are in the order of their paths: 10, 2, 9.
        Assert.Equal([2, 0, 1], Open(1, 28, 28).Labels);
    }

    [Fact]
    public void A_file_of_labels_sets_their_order()
    {
        Add("cat/a.png");
        Add("ant/a.png");
        _folder.Write("labels.txt", "dog\ncat\nant\n"u8.ToArray());
        Assert.Equal([2, 1], Open(1, 28, 28).Labels);
        _folder.Write("labels.txt", "dog\ncat\n"u8.ToArray());
        CimException e = Refused(1, 28, 28);
        Assert.Equal(("CIM0007", _folder.At("labels.txt")), (e.Code, e.File));
        Assert.Contains("'ant'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_are_the_preprocessed_bytes_of_the_images()
    {
        Add("a.png");
        Add("b.png");
        DataSet data = Open(1, 28, 28);
        Assert.False(data.HasLabels);
        byte[] bytes = File.ReadAllBytes(Path.Combine(ImageResizerTests.Folder(), "grey.png.28x28x1.bin"));
        float[] expected = [.. bytes.Select(b => (float)(b * (1 / 255.0)))];
        Assert.Equal([.. expected, .. expected], data.Batches(2).Single().Values.ToArray());
        Assert.Equal(expected, data.Spread(1).Single().Values.ToArray());
    }

    [Fact]
    public void Images_that_are_skipped_are_not_decoded()
    {
        Add("a.png");
        _folder.Write("b.png", "no image"u8.ToArray());
        Add("c.png");
        Assert.Equal([0], Open(1, 28, 28).Spread(1).Select(b => b.First));
        CimException e = Refused(1, 28, 28);
        Assert.Equal(("CIM0006", _folder.At("b.png")), (e.Code, e.File));
    }

    [Fact]
    public void What_is_no_folder_of_images_is_an_error_that_says_why()
    {
        Assert.Contains("holds no images", Refused(1, 28, 28).Message, StringComparison.Ordinal);
        Add("a.png");
        Assert.Contains("1 or 3 channels", Refused(7).Message, StringComparison.Ordinal);
        Assert.Contains("1 or 3 channels", Assert.Throws<CimException>(() => DataSet.Open(
            _folder.Path, [.. new[] { "a", "b" }.Select(name => new InputPort(name, ElementType.Float32, [1, 8, 8], true))],
            Preprocessing.None)).Message, StringComparison.Ordinal);
        Add("cat/a.png");
        Assert.Contains("'a.png' lies beside folders", Refused(1, 28, 28).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_hash_of_a_folder_is_that_of_its_images_and_their_names()
    {
        Add("cat/a.png");
        string before = FileHash.OfSamples(_folder.Path);
        _folder.Write("notes.txt", "not read"u8.ToArray());
        Assert.Equal(before, FileHash.OfSamples(_folder.Path));
        string expected = $"{FileHash.Of(_folder.At("cat/a.png"))}  cat/a.png\n";
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(expected))), before);
        File.Move(_folder.At("cat/a.png"), _folder.At("cat/b.png"));
        Assert.NotEqual(before, FileHash.OfSamples(_folder.Path));
    }
}
