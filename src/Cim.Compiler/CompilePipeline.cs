using System.Collections.Immutable;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Search.Persistence;
using Cim.Compiler.Stages;
using Cim.Runtime;
using Cim.Runtime.Hardware;

namespace Cim.Compiler;

/// <summary>The whole way from an ONNX file to a compiled model; <see cref="CompileStages"/> has it step by step.</summary>
internal static class CompilePipeline
{
    /// <summary>Compiles; files are written at the very end, each complete or not at all.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="progress">One line per step.</param>
    /// <param name="warned">Called for each warning when it arises.</param>
    /// <param name="cancellation">Checked throughout.</param>
    /// <exception cref="CimException">Any problem with the inputs, or a missed budget.</exception>
    /// <exception cref="SearchRoundException">The search leaves candidates to other processes
    /// (<see cref="CompileOptions.LeavesCandidates"/>), and does not know some of them yet.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was written.</exception>
    public static CompileResult Compile(
        CompileOptions options, IProgress<string>? progress = null, Action<CompileWarning>? warned = null,
        CancellationToken cancellation = default)
    {
        using var context = new CompileContext(options, progress, warned, cancellation);
        context.Watch();
        CompileState state = new StageRunner(context).Run(new CompileState(), CompileStages.Compile());
        return new CompileResult
        {
            Model = state.Emitted!.Model,
            Fidelity = state.Emitted.Fidelity,
            Accuracy = state.Measured,
            Agreement = state.Agreement,
            Cost = state.Mapped!.Cost,
            Baseline = state.Mapped.Baseline,
            Policy = Resolve(state.Mapped.Policy, context.Hardware),
            Search = state.Search,
            Rounding = state.Quantized.Method,
            Alignment = state.Alignment,
            Report = state.Report!,
            Warnings = context.Warnings,
            Stages = state.Times,
            Seconds = context.Seconds,
        };
    }

    /// <summary>Chooses precisions as <see cref="Compile"/> does, writes them into the lock file, and stops.</summary>
    /// <exception cref="CimException">Any problem with the inputs.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was written.</exception>
    public static QuantizationPolicy Lock(
        CompileOptions options, IProgress<string>? progress = null, Action<CompileWarning>? warned = null,
        CancellationToken cancellation = default)
    {
        if (options.LockPath is null)
            throw OptionError.Usage($"{OptionTable.LockOnly.Named()} writes nothing but the lock file, and none is named; name one with "
                + $"{OptionTable.Lock.Named()}.");
        using var context = new CompileContext(options, progress, warned, cancellation) { OnlyLocks = true };
        context.Watch();
        CompileState state = new StageRunner(context).Run(
            new CompileState(), CompileStages.Lock(),
            [.. CompileStages.Compile().Select(s => s.Name).Where(n => n is not ("Search" or "Confirm"))]);
        return Resolve(state.Precisions, context.Hardware);
    }

    /// <summary>Measures or trains candidates that the search of a compilation has left to other processes.</summary>
    /// <param name="options">The compilation; its trial log is read, and not written.</param>
    /// <param name="tasks">The candidates.</param>
    /// <param name="progress">One line per step.</param>
    /// <param name="cancellation">Checked throughout.</param>
    /// <exception cref="CimException">Any problem with the inputs.</exception>
    public static IReadOnlyList<CandidateResult> Measure(
        CompileOptions options, ImmutableArray<CandidateTask> tasks, IProgress<string>? progress, CancellationToken cancellation)
    {
        var results = new List<CandidateResult>();
        using var context = new CompileContext(options, progress, null, cancellation);
        context.Watch();
        new StageRunner(context).Run(new CompileState(), CompileStages.Candidates(tasks, results.Add));
        return results;
    }

    /// <summary>Puts what other processes found out into the trial log of a compilation.</summary>
    /// <param name="options">The compilation.</param>
    /// <param name="results">What they found out.</param>
    public static void Learn(CompileOptions options, IEnumerable<CandidateResult> results) => SearchSettings.Log(options)!.Store(results);

    /// <summary>The policy with the profile's ADC bits written out, for people to read.</summary>
    private static QuantizationPolicy Resolve(QuantizationPolicy policy, HardwareProfile hardware) =>
        new([.. policy.Layers.Select(l => l.AdcBits == 0 ? l with { AdcBits = hardware.AdcBits } : l)]);
}
