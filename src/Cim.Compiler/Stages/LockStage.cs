using Cim.Compiler.Ir;
using Cim.Compiler.Locking;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.QuantizationAware;
using Cim.Runtime;

namespace Cim.Compiler.Stages;

/// <summary>
/// Afterwards the lock file is open and there are precisions: the same bits everywhere, or those of the policy file, or the locked ones.
/// </summary>
internal sealed class LockStage : ICompileStage
{
    public string Name => "Lock";

    public CompileState Run(CompileState state, CompileContext context)
    {
        CompileOptions options = context.Options;
        QuantizationPolicy policy = QuantizationPolicy.Uniform(
            MvmLayers.Find(state.Graph).Select(l => l.NodeName), options.WeightBits, options.ActivationBits, options.AdcBits)
            .WithEdges(options.EdgeBits);
        var layers = new PolicyLayers(policy, state.Shapes, context.Hardware.Rows);
        if (options.PolicyPath is { } path)
        {
            policy = PolicyJson.Load(path, layers);
            if (NamesBothEdges(options, policy, layers))
                context.Warn(ErrorCodes.OptionWithoutEffect,
                    $"{OptionTable.EdgeBits.Named()} has no effect: {OptionTable.Policy.Named()} names the bits of the first and the last "
                    + $"layer.");
        }

        CompileLock? locked = options.LockPath is null
            ? null
            : CompileLock.Open(options, context.Hardware, layers with { Defaults = policy });
        if (locked?.Stale is { } changed)
            context.Warn(ErrorCodes.LockMismatch,
                $"The lock file {options.LockPath} was made from other inputs and is written anew: {changed}. Commit it; in CI this is an "
                + $"error.");
        if (locked is not null) Repeat(locked, context);
        policy = locked?.Policy ?? policy;
        if (options.Rounding == RoundingMethods.Learned)
            BlockRounding.Check(state.Graph, state.Input, policy, options.Calibration is not null);
        if (options.Locked && locked!.Result is null && !context.OnlyLocks)
            context.Warn(ErrorCodes.LockWithoutResult, LockTexts.NoResult(options));
        return (state with { Lock = locked }).With(PrequantizedPrecision.Apply(state.Graph, policy));
    }

    /// <summary>A policy file is stronger than bits of the edges, which hold for the layers that it does not name.</summary>
    private static bool NamesBothEdges(CompileOptions options, QuantizationPolicy policy, PolicyLayers layers)
    {
        if (options.EdgeBits == 0 || options.Searches || layers.Defaults.Layers.IsEmpty) return false;
        // Other bits show which layers the file leaves to them.
        QuantizationPolicy marked = PolicyJson.Load(
            options.PolicyPath!, layers with { Defaults = layers.Defaults.WithEdges(options.EdgeBits == 8 ? 7 : 8) });
        return IsSame(0) && IsSame(^1);

        bool IsSame(Index i) => (marked.Layers[i].WeightBits, marked.Layers[i].ActivationBits)
            == (policy.Layers[i].WeightBits, policy.Layers[i].ActivationBits);
    }

    /// <summary>What the stages warned of that do not run again; it holds until the lock is made anew.</summary>
    private static void Repeat(CompileLock locked, CompileContext context)
    {
        context.IsLockable = true;
        foreach (LockedWarning warning in locked.Warnings)
            context.Warn(warning.Code, MessageText.Decode(warning.Text) ?? (MessageText)warning.Text);
        context.IsLockable = false;
    }
}
