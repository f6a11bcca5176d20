using Cim.Compiler.Tests.Data;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;
using Xunit;

namespace Cim.Compiler.Tests.Pipeline;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_full_disk_leaves_what_was_there_and_nothing_else()
    {
        string path = _folder.Write("net.cim", [1, 2, 3]);
        CimException e = Assert.Throws<CimException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[5000]);
            throw new IOException("No space left on device : '" + ((FileStream)stream).Name + "'");
        }));
        Assert.Equal((ErrorCodes.FileNotWritable, path), (e.Code, e.File));
        Assert.Contains($"No space left on device : '{path}'", e.Message, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_file_in_place_of_the_folder_is_an_error_with_the_path()
    {
        string file = _folder.Write("folder", [1]);
        string path = Path.Combine(file, "net.cim");
        CimException e = Assert.Throws<CimException>(() => AtomicFile.Write(path, _ => { }));
        Assert.Equal((ErrorCodes.FileNotWritable, path), (e.Code, e.File));
    }

    [Fact]
    public void Cancelling_while_writing_leaves_nothing()
    {
        Assert.Throws<OperationCanceledException>(
            () => AtomicFile.Write(_folder.At("net.cim"), _ => throw new OperationCanceledException()));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }
}
