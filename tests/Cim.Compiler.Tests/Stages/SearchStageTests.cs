using Cim.Compiler.Search;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class SearchStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    [Fact]
    public void Sets_the_precisions_it_found()
    {
        CompileState state = _compilation.After(
            "Search", _compilation.Options with { Search = "random", SearchEvaluations = 3, MaxAccuracyLoss = 100 });
        SearchSummary found = Assert.IsType<SearchSummary>(state.Search);
        Assert.Equal(found.Policy.Layers.AsEnumerable(), state.Precisions.Layers);
        Assert.Null(state.Network);
    }

    [Fact]
    public void Does_not_run_where_the_same_bits_are_asked_for_everywhere() =>
        Assert.False(StagedCompilation.Ran(_compilation.After("Search"), "Search"));
}
