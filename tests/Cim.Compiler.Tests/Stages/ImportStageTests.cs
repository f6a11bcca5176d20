using Cim.Compiler.Ir;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class ImportStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    [Fact]
    public void Gives_the_float_network_with_the_shapes_of_its_matrices()
    {
        CompileState state = _compilation.After("Import");
        Assert.Equal(MvmLayers.Find(state.Graph).Select(l => l.NodeName), state.Shapes.Select(s => s.Name));
        Assert.DoesNotContain(state.Graph.Nodes, n => n.Op is "QuantizeLinear" or "BatchNormalization");
        Assert.EndsWith("importing", Assert.Single(_compilation.Lines.All), StringComparison.Ordinal);
    }
}
