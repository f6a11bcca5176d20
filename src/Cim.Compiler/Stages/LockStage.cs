using Cim.Compiler.Ir;
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
        policy = locked?.Policy ?? policy;
        if (options.Rounding == RoundingMethods.Learned)
            BlockRounding.Check(state.Graph, state.Input, policy, options.Calibration is not null);
        if (options.Locked && locked!.Result is null && !context.OnlyLocks)
            context.Warn(ErrorCodes.LockWithoutResult, LockTexts.NoResult(options));
        return (state with { Lock = locked }).With(PrequantizedPrecision.Apply(state.Graph, policy));
    }
}
