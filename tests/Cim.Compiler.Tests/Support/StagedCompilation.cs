using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;

namespace Cim.Compiler.Tests.Support;

/// <summary>A compilation that stops after any stage: a small network of four layers with labels that it gives itself.</summary>
internal sealed class StagedCompilation : IDisposable
{
    private readonly ChainCompilation _net = new();

    /// <summary>8 bits, with calibration and evaluation data.</summary>
    public CompileOptions Options => _net.Options();

    /// <summary>The labelled samples.</summary>
    public string Data => _net.Data;

    /// <summary>The progress lines of the latest run.</summary>
    public ProgressLines Lines { get; private set; } = new();

    /// <summary>The codes of the warnings of the latest run.</summary>
    public ImmutableArray<string> Warnings { get; private set; } = [];

    public string At(string name) => _net.Folder.At(name);

    public void Dispose() => _net.Dispose();

    public CompileContext Context(CompileOptions? options = null, CancellationToken cancellation = default) =>
        new(options ?? Options, Lines = new ProgressLines(), null, cancellation);

    /// <summary>The state after a stage, and whether the stage itself ran.</summary>
    public CompileState After(string stage, CompileOptions? options = null)
    {
        CompileContext context = Context(options);
        ImmutableArray<ICompileStage> stages = CompileStages.Compile();
        int last = stages.Select(s => s.Name).ToList().IndexOf(stage);
        CompileState state = new StageRunner(context).Run(new CompileState(), stages[..(last + 1)]);
        Warnings = [.. context.Warnings.Select(w => w.Code)];
        return state;
    }

    /// <summary>Whether a stage is among those that ran.</summary>
    public static bool Ran(CompileState state, string stage) => state.Times.Any(t => t.Name == stage);
}
