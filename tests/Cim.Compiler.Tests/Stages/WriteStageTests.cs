using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class WriteStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    [Fact]
    public void No_file_is_written_before_it_and_all_that_were_asked_for_after_it()
    {
        CompileOptions options = _compilation.Options with
        {
            ExportQdqPath = _compilation.At("net.qdq.onnx"), ReportDirectory = _compilation.At("report"),
            LockPath = _compilation.At("lock.json"),
        };
        string[] files = [options.OutputPath!, options.ExportQdqPath, _compilation.At("report/report.json"), options.LockPath];
        _compilation.After("Budget", options);
        Assert.DoesNotContain(files, File.Exists);
        _compilation.After("Write", options);
        Assert.All(files, f => Assert.True(File.Exists(f), f));
    }
}
