using Cim.Runtime.Crossbar;
using Cim.Runtime.Operators;

namespace Cim.Runtime.Execution;

/// <summary>The memory of one thread running one plan, and all views of it made once. Not thread-safe; pooled.</summary>
internal sealed class PlanContext
{
    /// <summary>More images than any run has.</summary>
    private const long UseDistance = 1L << 32;

    private readonly ExecutionPlan _plan;
    private readonly StepMemory[] _steps;
    private readonly Memory<byte>[] _values;
    private Memory<byte> _workspace;
    private SplitRunner? _split;
    private int _threads = 1;

    public PlanContext(ExecutionPlan plan)
    {
        _plan = plan;
        Memory<byte> arena = AlignedMemory.Allocate(plan.ArenaBytes);
        _values = new Memory<byte>[plan.Values.Length];
        for (int i = 0; i < _values.Length; i++)
            if (plan.Values[i] is { Offset: >= 0, Info: { } info } value) _values[i] = arena.Slice(value.Offset, info.Bytes);
        _steps = new StepMemory[plan.Steps.Length];
        for (int s = 0; s < _steps.Length; s++)
        {
            PlannedStep step = plan.Steps[s];
            _steps[s] = new StepMemory(
                [.. step.Step.Inputs.Select(i => i < 0 ? default : plan.Values[i].Info?.Constant?.Data ?? _values[i])],
                [.. step.Step.Outputs.Select(o => o < 0 ? default : _values[o])]);
        }
    }

    public ExecutionPlan Plan => _plan;

    /// <summary>The bytes of a value that is no constant.</summary>
    public Memory<byte> Value(int index) => _values[index];

    /// <summary>Makes sure that every step's scratch memory is there; allocates the first time only.</summary>
    /// <param name="layers">The prepared layers, by index.</param>
    /// <param name="threads">How many threads may compute one layer together.</param>
    public void Prepare(PreparedLayer[] layers, int threads)
    {
        int bytes = 0, split = 0, parts = 1;
        foreach (PlannedStep step in _plan.Steps)
        {
            int needs = step.Kernel?.WorkspaceBytes ?? layers[step.Layer].WorkspaceBytes(step.Images);
            bytes = Math.Max(bytes, needs);
            int most = step.Kernel is null && step.Images == 1 ? SplitRunner.Parts(layers[step.Layer], threads) : 1;
            if (most > 1) (split, parts) = (Math.Max(split, needs), Math.Max(parts, most));
        }

        if (bytes > _workspace.Length) _workspace = AlignedMemory.Allocate(bytes);
        _threads = threads;
        if (parts == 1) return;
        if (_split is null || _split.Threads < parts) _split = new SplitRunner(parts);
        _split.Prepare(split);
    }

    /// <summary>Runs all steps.</summary>
    /// <param name="layers">The prepared layers, by index.</param>
    /// <param name="firstUnit">Index of the first sample in the whole run.</param>
    /// <param name="executor">Knows whether processors are free for a layer to be split; null: no layer is.</param>
    public void Run(PreparedLayer[] layers, long firstUnit, Executor? executor)
    {
        if (_split is null || _threads == 1 || executor?.RunsAlone != true)
        {
            RunSteps(layers, firstUnit, null);
            return;
        }

        _split.IsRunning = true;
        try
        {
            RunSteps(layers, firstUnit, executor);
        }
        finally
        {
            _split.IsRunning = false;
        }
    }

    private void RunSteps(PreparedLayer[] layers, long firstUnit, Executor? executor)
    {
        Span<byte> workspace = _workspace.Span;
        for (int s = 0; s < _steps.Length; s++)
        {
            PlannedStep step = _plan.Steps[s];
            StepMemory memory = _steps[s];
            if (step.Kernel is { } kernel)
            {
                kernel.Run(new KernelCall(memory.Inputs, memory.Outputs, workspace));
                continue;
            }

            PreparedLayer layer = layers[step.Layer];
            // Each use of a layer has read noise of its own.
            long firstImage = (firstUnit * (step.Images / _plan.Units)) + (step.Use * UseDistance);
            ReadOnlyMemory<byte> residual = memory.Inputs.Length > 1 ? memory.Inputs[1] : default;
            int parts = _split is null || step.Images > 1 || executor?.RunsAlone != true ? 1 : _split.NextParts(layer, _threads);
            if (parts > 1)
            {
                var buffers = new SplitMemory(memory.Inputs[0], residual, memory.Outputs[0]);
                _split!.Run(layer, buffers, _workspace, firstImage, parts);
                continue;
            }

            layer.Run(new LayerCall
            {
                Input = memory.Inputs[0].Span,
                Residual = residual.Span,
                Output = memory.Outputs[0].Span,
                Workspace = workspace,
                Images = step.Images,
                FirstImage = firstImage,
            });
        }
    }

    private sealed record StepMemory(ReadOnlyMemory<byte>[] Inputs, Memory<byte>[] Outputs);
}
