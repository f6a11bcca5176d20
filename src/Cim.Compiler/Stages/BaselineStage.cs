using Cim.Compiler.Candidates;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Runtime;
using Cim.Runtime.Model;

namespace Cim.Compiler.Stages;

/// <summary>Afterwards the accuracy of 8 bits everywhere is known, so that a report can put it beside what was compiled.</summary>
/// <param name="quantizer">Quantizes the network with 8 bits.</param>
internal sealed class BaselineStage(ICandidateQuantizer quantizer) : ICompileStage
{
    public string Name => "Baseline";

    public bool AppliesTo(CompileState state, CompileContext context) => state.Measured is not null;

    public string? Announcement(CompileState state, CompileContext context) =>
        IsCompiled(state) ? null : "evaluating 8 bits everywhere for comparison";

    public CompileState Run(CompileState state, CompileContext context) =>
        state with { BaselineAccuracy = IsCompiled(state) ? state.Measured!.Exact : Evaluate(state, context) };

    private Accuracy Evaluate(CompileState state, CompileContext context)
    {
        QuantizationPolicy policy = QuantizationPolicy.Uniform(MvmLayers.Find(state.Graph).Select(l => l.NodeName), 8, 8);
        Graph quantized = quantizer.QuantizePlainly(state, policy, context, context.Progress);
        (LoweredModel lowered, Cost cost) = NetworkLowering.Lower(quantized, policy, state, context);
        using var model = new CimModel(
            new CompiledModel(ModelDescription.Of(state, context, cost, cost), context.Hardware, lowered.Program));
        return new CompiledEvaluator(model).Evaluate(
            context.Sources.OpenEvaluation(state.Input)!, new RunOptions { Fidelity = Fidelity.Exact, Seed = context.Options.Seed },
            context.Options.EvaluationLimit, null, context.Cancellation);
    }

    /// <summary>True if what was compiled is just that.</summary>
    private static bool IsCompiled(CompileState state) =>
        state.Mapped!.Policy.Layers.All(l => l.IsEightBit);
}
