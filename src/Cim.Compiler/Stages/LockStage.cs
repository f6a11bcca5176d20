using Cim.Compiler.Ir;
using Cim.Compiler.Locking;
using Cim.Compiler.Messages;
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
        if (options.PolicyPath is { } path) policy = PolicyJson.Load(path, layers);
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

    /// <summary>What the stages warned of that do not run again; it holds until the lock is made anew.</summary>
    private static void Repeat(CompileLock locked, CompileContext context)
    {
        context.IsLockable = true;
        foreach (LockedWarning warning in locked.Warnings)
            context.Warn(warning.Code, MessageText.Decode(warning.Text) ?? (MessageText)warning.Text);
        context.IsLockable = false;
    }
}
