using Cim.Cli.Invocation;
using Cim.Cli.Options;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Runtime;

namespace Cim.Cli.Commands.Compile;

/// <summary>Warns (CIM3021) of options of a compilation that change nothing unless something else is set, too.</summary>
internal static class UnusedCompileOptions
{
    /// <summary>Warns of each option that is set without effect.</summary>
    public static void Warn(CompileOptions o, OptionReader values, CommandContext context)
    {
        bool searches = o.Searches, trains = o.Training is not null,
            evaluates = searches || o.Strips is { Compression: null } || o.Merge is { Share: null };
        MessageText byLayer = $"the same bits everywhere, and a search chooses them by layer "
                + $"({OptionTable.Search.With("uniform")} keeps yours)",
            aSearch = $"a search ({OptionTable.Search.With("rl")}, exact, evolutionary or random)",
            strips = $"strips ({OptionTable.Strips.Named()})",
            aLock = $"a lock file ({OptionTable.Lock.Named()})";
        foreach (OptionRow row in new[] { OptionTable.SearchEvaluations, OptionTable.SearchBudget,
            OptionTable.SearchBinary, OptionTable.ParallelCandidates, OptionTable.PolicyOutput })
            Check(row, searches, aSearch);
        // A throughput as the objective asks for a schedule where nothing else does.
        Check(OptionTable.Objective, searches || (o.Objective == "throughput" && !values.IsSet(OptionTable.ScheduleFor)), aSearch);
        Check(OptionTable.Search, o.Search == "uniform" || searches,
            $"choosing precisions, and those of {OptionTable.Policy.Named()} are used");
        Check(OptionTable.SearchSamples, evaluates,
            $"{aSearch}, {OptionTable.Strips.With("auto")} or {OptionTable.MergeWeights.With("auto")}");
        Check(OptionTable.SearchTrainingSamples, searches && trains, $"a search with {OptionTable.Training.Named()}");
        Check(OptionTable.WeightBits, !searches, byLayer);
        Check(OptionTable.ActivationBits, !searches, byLayer);
        Check(OptionTable.AdcBits, !searches,
            "the same bits everywhere, and a search chooses them by layer (adcBits of the hardware is the most it may choose)");
        Check(OptionTable.EnginePackages, o.Engine == "torch", $"the engine torch ({OptionTable.Engine.With("torch")})");
        Check(OptionTable.StripWidths, o.Strips is not null, strips);
        Check(OptionTable.StripUnit, o.Strips is not null, strips);
        Check(OptionTable.MergeMethod, o.Merge is not null, $"column sharing ({OptionTable.MergeWeights.Named()})");
        Check(OptionTable.VariationConfidence, o.VariationAware, $"{OptionTable.VariationAware.Named()}");
        Check(OptionTable.ForceEvaluate, o.LockPath is not null, aLock);
        Check(OptionTable.RefreshLock, o.LockPath is not null, aLock);
        Check(OptionTable.Limit, o.Evaluation is not null, $"evaluation samples ({OptionTable.Evaluation.Named()})");
        Check(OptionTable.CalibrationSamples, o.Calibration is not null || trains,
            $"calibration samples ({OptionTable.Calibration.Named()})");

        void Check(OptionRow row, bool hasEffect, MessageText belongsTo)
        {
            if (hasEffect || !values.IsSet(row)) return;
            context.Warn(ErrorCodes.OptionWithoutEffect, $"{row.Named()} has no effect: it is about {belongsTo}.");
        }
    }
}
