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
        Accuracy real = LockedScore(state, context) ?? EvaluateFloat(context);
        MeasuredAccuracy measured = Measure(emitted, evaluation, real, context);
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

    private static Accuracy EvaluateFloat(CompileContext context)
    {
        CompileOptions options = context.Options;
        using var original = new FloatEvaluator(options.ModelPath, options.Import);
        return original.Evaluate(
            DataSet.Open(options.Evaluation!, original.Input.Ports, options.Preprocessing), options.EvaluationLimit, null,
            context.Cancellation);
    }

    private static MeasuredAccuracy Measure(EmittedModel emitted, DataSet evaluation, Accuracy real, CompileContext context)
    {
        Fidelity fidelity = emitted.Fidelity;
        int limit = context.Options.EvaluationLimit, all = real.Samples;
        Accuracy exact = Evaluate(Fidelity.Exact, limit);
        int samples = ConverterLoss.Samples(emitted.Model.Program, context.Hardware, all);
        bool isPart = samples < all && (emitted.IsLossy || fidelity > Fidelity.Adc);
        Accuracy exactOnFirst = isPart ? Evaluate(Fidelity.Exact, samples) : exact;
        Accuracy adc = emitted.IsLossy ? Evaluate(Fidelity.Adc, samples) : exactOnFirst;
        Accuracy compiled = fidelity switch
        {
            Fidelity.Exact => exact,
            Fidelity.Adc => adc,
            _ => Evaluate(fidelity, samples),
        };
        return new MeasuredAccuracy(fidelity, real, exact, exactOnFirst, adc, compiled);

        Accuracy Evaluate(Fidelity at, int samples)
        {
            using var model = new CimModel(emitted.Model);
            var run = new RunOptions { Fidelity = at, Seed = context.Options.Seed };
            return new CompiledEvaluator(model).Evaluate(evaluation, run, samples, null, context.Cancellation);
        }
    }
}
