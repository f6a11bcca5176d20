using System.Collections.Immutable;
using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Search.Trained;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.Search.Trained;

/// <summary>Which candidates get a short training, and which of them wins; the training itself is played by a function.</summary>
public sealed class SuccessiveHalvingTests
{
    private const double Float = 0.9;

    [Theory]
    [InlineData("exact")]
    [InlineData("rl")]
    public void The_cheapest_policy_within_the_budget_after_training_is_cheaper_than_without_training(string searcher)
    {
        // Training makes up for everything but activations of two bits.
        TrainedSearch found = Run(searcher, budget: 0.6,
            (space, policy) =>
            policy.Select((c, l) => space.Costs.Choices[c].ActivationBits == 2 ? 1.0 : 0).Sum(), out int[] start, out PolicySpace space);
        TrainedTrial best = found.Trials.Where(t => !t.Stopped && t.Loss <= 0.6).MinBy(t => t.Cost)!;
        double startCost = space.Costs.Total(start).LatencyNs;
        Assert.True(best.Cost < 0.8 * startCost, $"{best.Cost} {startCost}");
        Assert.All(best.Policy, c => Assert.True(space.Costs.Choices[c].ActivationBits > 2));
        Assert.All(found.Trials, t => Assert.True(t.Cost < startCost));
        Assert.True(space.Contains(best.Policy.AsSpan()));
    }

    [Fact]
    public void Uniform_four_bits_are_always_tried_where_nothing_cheaper_is_good()
    {
        TrainedSearch found = Run("exact", budget: -1, (space, policy) => policy.SequenceEqual(PolicyMoves.FourBitInside(space))
            ? -2
            : 5, out _, out PolicySpace space);
        TrainedTrial best = found.Trials.Where(t => !t.Stopped && t.Loss <= -1).MinBy(t => t.Cost)!;
        Assert.Equal(PolicyMoves.FourBitInside(space), best.Policy);
    }

    [Fact]
    public void A_hopeless_candidate_is_stopped_half_way_and_never_wins()
    {
        TrainedSearch found = Run("exact", budget: 0.6, (_, _) => 50, out _, out _);
        Assert.NotEmpty(found.Trials);
        Assert.All(found.Trials, t => Assert.True(t.Stopped));
    }

    [Fact]
    public void Losses_are_counted_from_eight_bits_trained_alike_where_training_forgets()
    {
        var search = new TrainedSearch(0.95, 0.93, []);
        Assert.Equal(0.5, search.LossOf(0.925), 9);
        Assert.Equal(0.5, new TrainedSearch(0.93, 0.95, []).LossOf(0.925), 9);
    }

    [Fact]
    public void Nothing_is_trained_when_the_time_is_over()
    {
        TrainedSearch found = Run("exact", budget: 0.6, (_, _) => throw new InvalidOperationException("must not train"), out _, out _,
            new SearchClock(TimeSpan.Zero));
        Assert.Empty(found.Trials);
    }

    /// <summary>Trains candidates of the sample network.</summary>
    private static TrainedSearch Run(
        string searcher, double budget, Func<PolicySpace, ImmutableArray<int>, double> lossAfterTraining, out int[] start,
        out PolicySpace space, SearchClock? clock = null)
    {
        (Graph graph, GraphInput input, SearchData data) = Load();
        var options = new PolicySearchOptions
        {
            Searcher = searcher,
            MaxLoss = budget,
            Evaluations = 8,
            Clock = clock ?? new SearchClock(null),
        };
        using PolicySearch search = SearchPreparation.Prepare(
            new SampledNetwork(graph, input, data), HardwareProfiles.BuiltIn("cim-aq-4b"), options, null, default);
        PolicySpace known = space = search.Space;
        int[] widest = PolicyMoves.Widest(known);
        search.Run(null, default);
        start = widest; // as if nothing cheaper were good without training
        return new SuccessiveHalving(search, options, Train, Float, 10_000, null, default).Run(start);

        (double, bool)? Train(ImmutableArray<int> policy, Func<double, bool> isHopeless)
        {
            double score = policy.SequenceEqual(widest) ? Float : Float - (lossAfterTraining(known, policy) / 100);
            return (score, isHopeless(score));
        }
    }

    private static (Graph Graph, GraphInput Input, SearchData Data) Load()
    {
        DirectoryInfo? d = new(AppContext.BaseDirectory);
        while (d is not null && !File.Exists(Path.Combine(d.FullName, "Cim.Sdk.sln"))) d = d.Parent;
        string sample = Path.Combine(d!.FullName, "samples", "FashionMnist");
        Graph graph = OnnxImporter.Import(Path.Combine(sample, "models", "fashion.onnx"));
        GraphInput input = GraphInput.Of(graph);
        DataSet set = DataSet.Open(Path.Combine(sample, "data", "calibration.npz"), input.Ports, Preprocessing.Parse("1/255", null, null));
        return (graph, input, SearchData.From(set, default, maxSamples: 96));
    }
}
