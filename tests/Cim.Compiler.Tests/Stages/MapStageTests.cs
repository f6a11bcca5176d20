using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class MapStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    [Fact]
    public void Puts_every_layer_on_arrays_and_counts_them()
    {
        MappedNetwork mapped = _compilation.After("Map").Mapped!;
        Assert.Equal(mapped.Policy.Layers.Select(l => l.Name), mapped.Lowered.Layers.Select(l => l.Layer.NodeName));
        Assert.Equal(mapped.Cost.Layers.Sum(l => (long)l.Arrays), mapped.Cost.Arrays);
    }

    [Fact]
    public void More_arrays_than_allowed_are_an_error()
    {
        CimException e = Assert.Throws<CimException>(() => _compilation.After("Map", _compilation.Options with { MaxArrays = 1 }));
        Assert.Equal(ErrorCodes.TooManyArrays, e.Code);
    }
}
