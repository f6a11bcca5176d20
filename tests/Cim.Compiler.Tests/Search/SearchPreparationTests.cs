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

    [Theory]
    [InlineData(8)]
    [InlineData(6)]
    public void The_edges_of_a_network_have_the_bits_that_are_asked_for(int bits)
    {
        using PolicySearch search = SampleSearch.Prepare(new PolicySearchOptions { EdgeBits = bits });
        LayerBits[][] offered = [.. search.Space.Choices.Select(l => l.Select(c => search.Space.Costs.Choices[c]).ToArray())];
        Assert.Equal([new LayerBits(bits, bits, 0)], offered[0]);
        Assert.Equal([new LayerBits(bits, bits, 0)], offered[^1]);
        Assert.Contains(offered, l => l.Length > 1);
    }
}
