using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Copies;
using Cim.Compiler.Scheduling.Rows;
using Cim.Compiler.Scheduling.Simulation;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling;

/// <summary>Places copies of layers by the rule that is asked for.</summary>
/// <param name="network">The network.</param>
/// <param name="works">What its stages have to do.</param>
/// <param name="options">What is asked for.</param>
internal sealed class CopyPlacement(ScheduledNetwork network, StageWorks works, ScheduleOptions options)
{
    /// <summary>Rows and products that the search over copies may simulate.</summary>
    private const long SearchEvents = 100_000_000;

    private const int MinEvaluations = 100, MaxEvaluations = 50_000, MostCandidates = 6;

    private readonly ImmutableArray<LayerLoad> _loads = works.Loads;

    /// <summary>Sets of arrays of each layer, the most promising ones first: what a rule says, or what a search found that counts data and
    /// arrays alone, and beside it the fastest slowest layer and the least sum.</summary>
    /// <param name="extra">Arrays beside one copy of each layer.</param>
    public IReadOnlyList<long[]> Of(long extra) => _loads.IsEmpty ? [[]] : options.Copies switch
    {
        CopyRule.MinSum => [MinSumCopies.Of(_loads, extra)],
        CopyRule.MinMax => [MinMaxCopies.Of(_loads, extra)],
        CopyRule.Balance => [BalancedCopies.Of(_loads, network.ArraysOnce + extra)],
        CopyRule.Optimise when options.Pipeline == PipelineKind.Serial => [MinSumCopies.Of(_loads, extra)],
        CopyRule.Optimise when options.CountsInterval => [Even(extra), MinMaxCopies.Of(_loads, extra)],
        CopyRule.Optimise => [.. Optimised(extra), Even(extra), MinSumCopies.Of(_loads, WithoutSharedCores(extra))],
        _ => [[.. _loads.Select(_ => 1L)]],
    };

    /// <summary>The sets of arrays with the fastest slowest layer, on cores of their own where the chip has room.</summary>
    private long[] Even(long extra) => MinMaxCopies.Of(_loads, WithoutSharedCores(extra));

    private IReadOnlyList<long[]> Optimised(long extra)
    {
        if (extra <= 0) return [[.. _loads.Select(_ => 1L)]];
        ImmutableArray<StageWork> once = works.Of([.. _loads.Select(_ => 1L)]);
        (StageGraph reduced, ImmutableArray<int> kept) =
            StageReduction.Of(network.Graph, s => once[s] is { Products: 0, DigitalNs: 0 });
        return new CopySearch(_loads, WithoutSharedCores(extra), copies =>
        {
            ImmutableArray<StageWork> work = works.Of(copies);
            RowTimes times = RowSimulation.Run(reduced, [.. kept.Select(s => work[s])], options.Pipeline, options.Images);
            return new CopyScore(times.MakespanNs, times.End.Sum(rows => rows[^1]));
        }, (int)Math.Clamp(SearchEvents / Math.Max(1, Events(reduced)), MinEvaluations, MaxEvaluations)).Best(MostCandidates);
    }

    /// <summary>Rows and products of a simulation: whole products are handed to copies one by one, divisible ones row by row.</summary>
    private long Events(StageGraph graph) => options.Images
        * ((network.Profile.Chip.Sharing == ProductSharing.Whole ? _loads.Sum(l => l.Products) : 0)
            + graph.Stages.Sum(s => (long)s.Rows * (1 + s.Inputs.Length)));

    /// <summary>The arrays that can be used without layers sharing cores, whatever layer has them: each may leave a core nearly empty. If
    /// layers have to share cores anyway, all.</summary>
    private long WithoutSharedCores(long extra)
    {
        long chip = network.Profile.AllArrays;
        long alone = chip - network.ArraysOnce - (_loads.Length * (network.Profile.ArraysPerCore - 1L));
        return options.ExtraArrays is null && chip > 0 && alone > 0 ? Math.Min(extra, alone) : extra;
    }
}
