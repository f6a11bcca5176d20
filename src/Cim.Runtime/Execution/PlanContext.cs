using Cim.Runtime.Crossbar;
using Cim.Runtime.Operators;

namespace Cim.Runtime.Execution;

/// <summary>The memory of one thread running one plan, and all views of it made once. Not thread-safe; pooled.</summary>
internal sealed class PlanContext
{
    private const int Alignment = 64;

    /// <summary>More images than any run has.</summary>
    private const long UseDistance = 1L << 32;

    private readonly ExecutionPlan _plan;
    private readonly StepMemory[] _steps;
    private readonly Memory<byte>[] _values;
    private Memory<byte> _workspace;

    public PlanContext(ExecutionPlan plan)
    {
        _plan = plan;
        Memory<byte> arena = Aligned(plan.ArenaBytes);
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
    public void Prepare(PreparedLayer[] layers)
    {
        int bytes = 0;
        foreach (PlannedStep step in _plan.Steps)
            bytes = Math.Max(bytes, step.Kernel?.WorkspaceBytes ?? layers[step.Layer].WorkspaceBytes(step.Images));
        if (bytes > _workspace.Length) _workspace = Aligned(bytes);
    }

    /// <summary>Runs all steps.</summary>
    /// <param name="layers">The prepared layers, by index.</param>
    /// <param name="firstUnit">Index of the first sample in the whole run.</param>
    public void Run(PreparedLayer[] layers, long firstUnit)
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

            layers[step.Layer].Run(new LayerCall
            {
                Input = memory.Inputs[0].Span,
                Residual = memory.Inputs.Length > 1 ? memory.Inputs[1].Span : default,
                Output = memory.Outputs[0].Span,
                Workspace = workspace,
                Images = step.Images,
                // Each use of a layer has read noise of its own.
                FirstImage = (firstUnit * (step.Images / _plan.Units)) + (step.Use * UseDistance),
            });
        }
    }

    private static Memory<byte> Aligned(int bytes)
    {
        // Pinned, so that the address and with it the alignment never changes.
        byte[] array = GC.AllocateArray<byte>(checked(bytes + Alignment), pinned: true);
        int misaligned;
        unsafe
        {
            fixed (byte* start = array) misaligned = (int)((nuint)start % Alignment);
        }

        return array.AsMemory(misaligned == 0 ? 0 : Alignment - misaligned, bytes);
    }

    private sealed record StepMemory(ReadOnlyMemory<byte>[] Inputs, Memory<byte>[] Outputs);
}
