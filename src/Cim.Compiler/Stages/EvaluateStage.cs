using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Locking;
using Cim.Compiler.Pipeline;
using Cim.Runtime;

namespace Cim.Compiler.Stages;

/// <summary>Afterwards accuracies are known, of the float network and of the compiled one at its fidelity and those below.</summary>
internal sealed class EvaluateStage : ICompileStage
{
    public string Name => "Evaluate";

    public bool AppliesTo(CompileState state, CompileContext context) => context.Options.Evaluation is not null;

    public string Announcement(CompileState state, CompileContext context) => "evaluating";

    public CompileState Run(CompileState state, CompileContext context)
    {
        EmittedModel emitted = state.Emitted!;
        DataSet evaluation = context.Sources.OpenEvaluation(state.Input)!;
        Accuracy real = LockedScore(state, context) ?? state.FloatAccuracy
            ?? context.Sources.EvaluateFloat(context.Cancellation);
        MeasuredAccuracy measured = new AccuracyMeasurement(evaluation, real, context.Options.EvaluationLimit, context.Options.Seed)
            .Of(emitted.Model, context.Hardware, emitted.Fidelity, context.Cancellation);
        return state with
        {
            Measured = measured,
            Emitted = emitted with
            {
                Model = emitted.Model with
                {
                    Info = emitted.Model.Info with
                    {
                        AccuracyFloat = real.Fraction,
                        AccuracyCompiled = measured.Compiled.Fraction,
                        AccuracyFidelity = emitted.Fidelity,
                    },
                },
                Result = emitted.Result with { Float = new FloatScore(real.Correct, real.Samples, context.Options.EvaluationLimit) },
            },
        };
    }

    /// <summary>What the float network scored when the lock was made: a processor's last bits may move a sample or two.</summary>
    private static Accuracy? LockedScore(CompileState state, CompileContext context) =>
        state.Lock?.Result?.Float is { } score && score.Limit == context.Options.EvaluationLimit
            ? new Accuracy(score.Correct, score.Samples, 0)
            : null;
}
