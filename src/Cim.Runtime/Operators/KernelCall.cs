using System.Runtime.InteropServices;

namespace Cim.Runtime.Operators;

/// <summary>The buffers of one run of a <see cref="Kernel"/>, row-major, in the types and shapes it was bound to.</summary>
internal readonly ref struct KernelCall
{
    private readonly ReadOnlySpan<ReadOnlyMemory<byte>> _inputs;
    private readonly ReadOnlySpan<Memory<byte>> _outputs;

    public KernelCall(ReadOnlySpan<ReadOnlyMemory<byte>> inputs, ReadOnlySpan<Memory<byte>> outputs, Span<byte> workspace)
    {
        _inputs = inputs;
        _outputs = outputs;
        Workspace = workspace;
    }

    /// <summary>At least <see cref="Kernel.WorkspaceBytes"/> bytes, 64-byte aligned, contents undefined.</summary>
    public Span<byte> Workspace { get; }

    public ReadOnlySpan<byte> Input(int index) => _inputs[index].Span;

    public ReadOnlySpan<T> Input<T>(int index) where T : unmanaged => MemoryMarshal.Cast<byte, T>(_inputs[index].Span);

    /// <summary>Empty if nobody reads this output.</summary>
    public Span<byte> Output(int index) => index < _outputs.Length ? _outputs[index].Span : default;

    public Span<T> Output<T>(int index) where T : unmanaged => MemoryMarshal.Cast<byte, T>(Output(index));

    public Span<T> WorkspaceAs<T>() where T : unmanaged => MemoryMarshal.Cast<byte, T>(Workspace);
}
