using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Quantization;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Search.Verification;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.Search.Verification;

/// <summary>Conversion widths in the policy, on the sample network.</summary>
public sealed class AdcVerificationTests
{
    // Cells of four bits leave few widths to try.
    private static readonly HardwareProfile _isaac = HardwareProfiles.BuiltIn("isaac") with { CellBits = 4 };

    [Fact]
    public void A_search_for_energy_narrows_conversions_and_stays_within_the_budget_when_simulated_through_them()
    {
        (Graph graph, GraphInput input, SearchData data) = FashionSample.Load();
        var options = new PolicySearchOptions { MaxLoss = 5, Evaluations = 6, Objective = Objective.Energy, EdgeBits = 8 };
        using PolicySearch search = SearchPreparation.Prepare(
            new SampledNetwork(graph, input, data), _isaac, options, null, default);
        foreach (int end in new[] { 0, search.Space.Choices.Length - 1 })
            Assert.Equal([new LayerBits(8, 8, 0)], search.Space.Choices[end].Select(c => search.Space.Costs.Choices[c]));
        SearchSummary found = search.Run(null, default);
        Assert.Contains(found.Policy.Layers, l => l.AdcBits is > 0 and < 8);
        SearchSummary verified = AdcVerification.Run(search, found, null, default);
        Assert.True(verified.IsWithinBudget);
        Assert.True(verified.ValidationLoss <= 5);
        Assert.All(found.Policy.Layers.Zip(verified.Policy.Layers),
            p => Assert.True(p.Second.AdcBits == 0 || p.Second.AdcBits >= p.First.AdcBits));
        Assert.Equal(search.Space.Costs.Total(search.Choices(verified.Policy)).EnergyPj, verified.Chosen.EnergyPj);

        // A loss beyond the budget without converters is not mended by wider ones: they stay, and the summary says so.
        SearchSummary hopeless = AdcVerification.Run(
            search, found,
            new AdcNetwork(graph, input, _isaac, data.Fit, found.Policy, new PostTrainingQuantizer(new QuantizerOptions()), default),
            new MeasuredLoss(100, 100, 5), null, default);
        Assert.False(hopeless.IsWithinBudget);
        Assert.Equal(found.Policy, hopeless.Policy);
    }
}
