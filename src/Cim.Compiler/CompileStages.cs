using System.Collections.Immutable;
using Cim.Compiler.Candidates;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Search.Persistence;
using Cim.Compiler.Stages;

namespace Cim.Compiler;

/// <summary>The way from an ONNX file to a compiled model, top to bottom. A new method is a new stage and a line here.</summary>
internal static class CompileStages
{
    /// <summary>The stages before a search.</summary>
    private static IEnumerable<ICompileStage> Start()
    {
        yield return new ImportStage();
        yield return new CheckStage();
        yield return new LockStage();
        yield return new CalibrateStage();
        yield return new ScaleInputsStage();
    }

    /// <summary>The stages that choose the precision of each layer.</summary>
    private static IEnumerable<ICompileStage> Choice(ICandidateQuantizer quantizer, ICandidateTrainer trainer)
    {
        foreach (ICompileStage stage in Start()) yield return stage;
        yield return new SearchStage(quantizer, trainer);
        yield return new ConfirmStage(quantizer);
        yield return new StripsStage();
        yield return new ColumnSharingStage();
        yield return new AlignStage();
    }

    /// <summary>The stages that make a compiled model with these precisions.</summary>
    private static IEnumerable<ICompileStage> Result(ICandidateQuantizer quantizer, ICandidateTrainer trainer)
    {
        yield return new RestoreStage();
        yield return new RoundStage(quantizer);
        yield return new TrainStage(trainer);
        yield return new MapStage();
        yield return new ScheduleStage();
        yield return new EmitStage();
        yield return new PlansStage();
        yield return new AgreementStage();
        yield return new LayerErrorStage();
        yield return new HardwareErrorStage();
        yield return new EvaluateStage();
        yield return new BaselineStage(quantizer);
        yield return new ReportStage();
        yield return new BudgetStage();
        yield return new WriteStage();
    }

    /// <summary>A compilation.</summary>
    public static ImmutableArray<ICompileStage> Compile()
    {
        var (quantizer, trainer) = (new CandidateQuantizer(), new CandidateTrainer());
        return [.. Choice(quantizer, trainer), .. Result(quantizer, trainer)];
    }

    /// <summary>Measuring candidates that a search has left to other processes.</summary>
    /// <param name="tasks">The candidates.</param>
    /// <param name="found">Called with the result of each.</param>
    public static ImmutableArray<ICompileStage> Candidates(ImmutableArray<CandidateTask> tasks, Action<CandidateResult> found) =>
        [.. Start(), new CandidateStage(tasks, found, new CandidateQuantizer(), new CandidateTrainer())];

    /// <summary>Choosing and locking precisions.</summary>
    public static ImmutableArray<ICompileStage> Lock() =>
        [.. Choice(new CandidateQuantizer(), new CandidateTrainer()), new WriteLockStage()];
}
