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

    private const int MinEvaluations = 100, MaxEvaluations = 50_000;

    private readonly ImmutableArray<LayerLoad> _loads = works.Loads;

    /// <summary>The sets of arrays of each layer.</summary>
    /// <param name="extra">Arrays beside one copy of each layer.</param>
    public long[] Of(long extra) => _loads.IsEmpty ? [] : options.Copies switch
    {
        CopyRule.MinSum => MinSumCopies.Of(_loads, extra),
        CopyRule.MinMax => MinMaxCopies.Of(_loads, extra),
        CopyRule.Balance => BalancedCopies.Of(_loads, network.ArraysOnce + extra),
        CopyRule.Optimise when options.Pipeline == PipelineKind.Serial => MinSumCopies.Of(_loads, extra),
        CopyRule.Optimise when options.Goal == ScheduleGoal.Throughput => Even(extra),
        CopyRule.Optimise when options.Pipeline == PipelineKind.Batch => MinMaxCopies.Of(_loads, extra),
        CopyRule.Optimise => Optimised(extra),
        _ => [.. _loads.Select(_ => 1L)],
    };

    /// <summary>The sets of arrays with the fastest slowest layer, on cores of their own where the chip has room.</summary>
    /// <param name="extra">Arrays beside one copy of each layer.</param>
    public long[] Even(long extra) => MinMaxCopies.Of(_loads, WithoutSharedCores(extra));

    private long[] Optimised(long extra)
    {
        ImmutableArray<StageWork> once = works.Of([.. _loads.Select(_ => 1L)]);
        (StageGraph reduced, ImmutableArray<int> kept) =
            StageReduction.Of(network.Graph, s => once[s] is { Products: 0, DigitalNs: 0 });
        // Whole products are handed to copies one by one; divisible ones row by row.
        long products = network.Profile.Chip.Sharing == ProductSharing.Whole ? _loads.Sum(l => l.Products) : 0;
        long events = (products + reduced.Stages.Sum(s => (long)s.Rows * (1 + s.Inputs.Length))) * options.Images;
        return new CopySearch(_loads, WithoutSharedCores(extra), copies =>
        {
            ImmutableArray<StageWork> work = works.Of(copies);
            RowTimes times = RowSimulation.Run(reduced, [.. kept.Select(s => work[s])], options.Pipeline, options.Images);
            return new CopyScore(times.MakespanNs, times.End.Sum(rows => rows[^1]));
        }, (int)Math.Clamp(SearchEvents / Math.Max(1, events), MinEvaluations, MaxEvaluations)).Best();
    }

    /// <summary>The arrays that can be used without layers sharing cores, whatever layer has them: each may leave a core nearly empty. If
    /// layers have to share cores anyway, all.</summary>
    private long WithoutSharedCores(long extra)
    {
        long chip = network.Profile.AllArrays;
        long alone = chip - network.ArraysOnce - (_loads.Length * (network.Profile.ArraysPerCore - 1L));
        return options.ExtraArrays is null && chip > 0 && alone > 0 ? Math.Min(extra, alone) : extra;
    }
}
