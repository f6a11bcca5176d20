using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cim.Runtime.Execution;

namespace Cim.Runtime;

/// <summary>
/// The caller's memory for one run of a model with any inputs and outputs, without copies and without an allocation:
/// <code>
/// scoped RunBuffers buffers = new(model, count);
/// buffers.Input(0, image);      // ReadOnlySpan&lt;byte&gt;: raw, preprocessed as the model was compiled with
/// buffers.Input(1, ids);        // ReadOnlySpan&lt;long&gt;
/// buffers.Output(0, scores);    // Span&lt;float&gt;
/// buffers.Run();
/// </code>
/// Samples lie one after the other in every span. Each span has the element type of the model, or is floats; integers of floats are
/// rounded, and outputs converted. It may be run again.
/// </summary>
public ref struct RunBuffers
{
    /// <summary>Inputs and outputs together a model may have; with more of them it takes lists of memory.</summary>
    public const int MaxSpans = 64;

    private readonly CimModel? _model;
    private readonly int _count;
    private Slots _slots;

    /// <summary>Buffers for a number of samples; all of them are still to be set.</summary>
    /// <param name="model">The model that will be run.</param>
    /// <param name="count">How many samples.</param>
    /// <exception cref="CimException">CIM4002: the model has more inputs and outputs than <see cref="MaxSpans"/>.</exception>
    public RunBuffers(CimModel model, int count)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        (_model, _count) = (model, count);
        int spans = model.Info.Inputs.Length + model.Info.Outputs.Length;
        if (spans > MaxSpans)
            throw new CimException(ErrorCodes.BufferMismatch,
                $"The model has {spans} inputs and outputs, which is more than {MaxSpans}: pass them to CimModel.Run as lists of memory.");
    }

    private readonly CimModel Target => _model ?? throw new InvalidOperationException(
        "These buffers belong to no model: make them with new RunBuffers(model, count).");

    /// <summary>Sets the samples of an input.</summary>
    /// <typeparam name="T">
    /// The type of the input, or <c>float</c>. Bytes for an input of floats are raw: they are preprocessed as
    /// <see cref="ModelInfo.Preprocessing"/> says, while floats count as preprocessed already.
    /// </typeparam>
    /// <param name="index">The input, as in <see cref="CimModel.Info"/>.</param>
    /// <param name="values">The samples one after the other.</param>
    /// <exception cref="CimException">CIM4002: the type does not fit.</exception>
    public void Input<T>(int index, ReadOnlySpan<T> values) where T : unmanaged
    {
        TensorDescription tensor = Target.Info.Inputs[index];
        HostType type = HostTypes.Of<T>(tensor, isInput: true);
        Set(index, MemoryMarshal.AsBytes(values), values.Length, type);
    }

    /// <summary>Sets the memory that receives an output.</summary>
    /// <typeparam name="T">The type of the output, or <c>float</c>.</typeparam>
    /// <param name="index">The output, as in <see cref="CimModel.Info"/>.</param>
    /// <param name="values">Receives the samples one after the other.</param>
    /// <exception cref="CimException">CIM4002: the type does not fit.</exception>
    public void Output<T>(int index, Span<T> values) where T : unmanaged
    {
        TensorDescription tensor = Target.Info.Outputs[index];
        HostType type = HostTypes.Of<T>(tensor, isInput: false);
        Set(Target.Info.Inputs.Length + index, MemoryMarshal.AsBytes(values), values.Length, type);
    }

    /// <summary>Runs the samples.</summary>
    /// <param name="options">How to simulate; null: <see cref="RunOptions.Default"/>.</param>
    /// <param name="cancellation">Stops the run between samples.</param>
    /// <exception cref="CimException">
    /// CIM4002: a span is not set or has the wrong length; CIM4004, CIM4005: a value of an input cannot be used.
    /// </exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; the outputs are incomplete.</exception>
    public void Run(RunOptions? options = null, CancellationToken cancellation = default)
    {
        int inputs = Target.Info.Inputs.Length, outputs = Target.Info.Outputs.Length;
        Span<int> lengths = stackalloc int[inputs];
        for (int i = 0; i < inputs; i++) lengths[i] = _slots.At(i).Length;
        PlanTable plans = Target.Plans();
        Executor executor = plans[plans.IndexOf(lengths, _count)];
        for (int i = 0; i < inputs; i++) Target.CheckInput(executor, i, _slots.At(i).Length, _count);
        for (int i = 0; i < outputs; i++) Target.CheckOutput(executor, i, _slots.At(inputs + i).Length, _count);
        using RunLease lease = executor.Rent();
        Pin(executor, lease.Job, 0, new RunCall(_count, options, cancellation));
    }

    // A span cannot be stored, and fixed holds it for one block only: each level holds one, and the deepest runs.
    private unsafe void Pin(Executor executor, RunJob job, int slot, RunCall call)
    {
        int inputs = job.Inputs.Length;
        if (slot == inputs + job.Outputs.Length)
        {
            Target.Execute(executor, job, call);
            return;
        }

        ref Slot current = ref _slots.At(slot);
        fixed (byte* start = &current.Start)
        {
            if (slot < inputs) (job.Inputs[slot], job.InputTypes[slot]) = ((nint)start, current.Type);
            else (job.Outputs[slot - inputs], job.OutputTypes[slot - inputs]) = ((nint)start, current.Type);
            Pin(executor, job, slot + 1, call);
        }
    }

    private void Set(int slot, ReadOnlySpan<byte> bytes, int length, HostType type) =>
        _slots.At(slot) = new Slot(ref MemoryMarshal.GetReference(bytes), length, type);

    private ref struct Slot(ref byte start, int length, HostType type)
    {
        public ref byte Start = ref start;
        public int Length = length;
        public HostType Type = type;
    }

    // Arrays of references do not exist, so they are fields.
    private ref struct EightSlots
    {
        private Slot _0, _1, _2, _3, _4, _5, _6, _7;

        [UnscopedRef]
        public ref Slot At(int i)
        {
            switch (i)
            {
                case 0: return ref _0;
                case 1: return ref _1;
                case 2: return ref _2;
                case 3: return ref _3;
                case 4: return ref _4;
                case 5: return ref _5;
                case 6: return ref _6;
                default: return ref _7;
            }
        }
    }

    private ref struct Slots
    {
        private EightSlots _0, _1, _2, _3, _4, _5, _6, _7;

        [UnscopedRef]
        public ref Slot At(int i)
        {
            switch (i / 8)
            {
                case 0: return ref _0.At(i % 8);
                case 1: return ref _1.At(i % 8);
                case 2: return ref _2.At(i % 8);
                case 3: return ref _3.At(i % 8);
                case 4: return ref _4.At(i % 8);
                case 5: return ref _5.At(i % 8);
                case 6: return ref _6.At(i % 8);
                default: return ref _7.At(i % 8);
            }
        }
    }
}
