using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.QuantizationAware;
using Cim.Runtime;

namespace Cim.Compiler.Stages;

/// <summary>
/// Afterwards there are precisions: the same bits everywhere, or those of the policy file, or those of the lock file, which may hold the
/// quantized network, too.
/// </summary>
internal sealed class LockStage : ICompileStage
{
    public string Name => "Lock";

    public CompileState Run(CompileState state, CompileContext context)
    {
        CompileOptions options = context.Options;
        QuantizationPolicy policy = QuantizationPolicy.Uniform(
            MvmLayers.Find(state.Graph).Select(l => l.NodeName), options.WeightBits, options.ActivationBits, options.AdcBits);
        var layers = new PolicyLayers(policy, state.Shapes, context.Hardware.Rows);
        if (options.PolicyPath is { } path) policy = PolicyJson.Load(path, layers);
        CompileLock? locked = options.LockPath is null
            ? null
            : CompileLock.Open(options, context.Hardware, layers with { Defaults = policy });
        if (locked?.Stale is { } changed)
            context.Warn(ErrorCodes.LockMismatch,
                $"The lock file {options.LockPath} was made from other inputs and is written anew: {changed}. Commit it; in CI this is an "
                + $"error.");
        policy = locked?.Policy ?? policy;
        if (options.Rounding == RoundingMethods.Learned)
            BlockRounding.Check(state.Graph, state.Input, policy, options.Calibration is not null);
        state = (state with { Lock = locked }).With(PrequantizedPrecision.Apply(state.Graph, policy));
        return context.OnlyLocks ? state : Restore(state, context);
    }

    /// <summary>The quantized network of the lock file, if it has one.</summary>
    private static CompileState Restore(CompileState state, CompileContext context)
    {
        CompileOptions options = context.Options;
        if (options.Locked && state.Lock!.Result is null)
            context.Warn(ErrorCodes.LockWithoutResult, LockTexts.NoResult(options));
        if (!state.IsLocked(LockedPart.Network)) return state;
        context.Step("taking weights, scales and ranges from the lock file");
        try
        {
            (Graph quantized, Graph original, string method) = state.Lock!.Result!.Network!.Restore(state.Graph, state.Lock.Policy!);
            return state with { Network = new RoundedNetwork(original, quantized, method) };
        }
        catch (CimException e) when (e.File is null)
        {
            throw new CimException(e.Code, e.Message, e) { File = options.LockPath };
        }
    }
}
