using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Space;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Search;

/// <summary>Everything before the first evaluation of a search.</summary>
public sealed class SearchPreparationTests
{
    [Fact]
    public void Energy_as_objective_needs_energy_figures() =>
        Assert.Equal("CIM2007", Assert.Throws<CimException>(() => SampleSearch.Run("exact", 1, Objective.Energy)).Code);

    [Fact]
    public void The_ends_of_a_network_keep_eight_bits_where_that_is_asked_for()
    {
        using PolicySearch search = SampleSearch.Prepare(new PolicySearchOptions { KeepEnds = true });
        LayerBits[][] offered = [.. search.Space.Choices.Select(l => l.Select(c => search.Space.Costs.Choices[c]).ToArray())];
        Assert.Equal([new LayerBits(8, 8, 0)], offered[0]);
        Assert.Equal([new LayerBits(8, 8, 0)], offered[^1]);
        Assert.Contains(offered, l => l.Length > 1);
    }
}
