using Cim.Compiler.Import;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Ir;

/// <summary>Passes in order, verified and written out.</summary>
public sealed class GraphPipelineTests
{
    [Fact]
    public void The_graph_is_dumped_after_each_pass()
    {
        string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            ModelBuilder m = new ModelBuilder().Input("x", -1, 3).Node("Relu", "x", "y").Output("y");
            OnnxImporter.Import(m.Bytes, null, ImportOptions.Default with { DumpDirectory = folder });
            string[] files = [.. Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
            Assert.Equal("00-Start.txt", files[0]);
            Assert.Contains(files, f => f.EndsWith("-FoldBatchNormalization.txt", StringComparison.Ordinal));
            Assert.Contains("y: Float32[N,3] = Relu(x)", File.ReadAllText(Path.Combine(folder, files[^1])), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
