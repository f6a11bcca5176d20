using Cim.Tasks.Files;

namespace Cim.Tasks.Tests.Files;

/// <summary>Hashes of files, remembered by size and time.</summary>
public sealed class FileHashesTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_of_images_has_the_hash_that_the_compiler_writes()
    {
        _folder.Write("images/cat/a.png", "1");
        _folder.Write("images/labels.txt", "cat");
        _folder.Write("images/notes.md", "not read");
        _folder.Write("images/.thumbnails/a.png", "not read");
        // As sha256sum prints it: hash, two spaces, path.
        string facts = $"{ContentHash.OfText("1")}  cat/a.png\n{ContentHash.OfText("cat")}  labels.txt\n";
        Assert.Equal(ContentHash.OfText(facts), new FileHashes(_folder["memory"]).Of(_folder["images"]));
        Assert.Equal(ContentHash.OfText(facts), new FileHashes(_folder["memory"]).Of(_folder["images"] + "/"));
    }

    [Fact]
    public void A_large_file_is_read_again_when_its_size_or_time_changed()
    {
        string path = _folder.Write("large", "12345"), memory = _folder["memory"];
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-1));
        DateTime time = File.GetLastWriteTimeUtc(path);
        string first = new FileHashes(memory, small: 4).Of(path);
        _folder.Write("large", "12346");
        File.SetLastWriteTimeUtc(path, time);
        Assert.Equal(first, new FileHashes(memory, small: 4).Of(path));
        Assert.NotEqual(first, new FileHashes(memory, small: 5).Of(path));
        Assert.NotEqual(first, new FileHashes(_folder["other"], small: 4).Of(path));
        File.SetLastWriteTimeUtc(path, time.AddSeconds(1));
        Assert.NotEqual(first, new FileHashes(memory, small: 4).Of(path));
    }
}
