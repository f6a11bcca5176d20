using System.Buffers;

namespace Cim.Runtime.Tests.Testing;

/// <summary>Memory of a caller that counts who holds it in place, and is only where it was while somebody does.</summary>
internal sealed class PinnedFloats(int length) : MemoryManager<float>
{
    private readonly float[] _values = GC.AllocateUninitializedArray<float>(length, pinned: true);
    private int _pins;

    /// <summary>Holders at the moment.</summary>
    public int Pins => Volatile.Read(ref _pins);

    /// <summary>True if it was let go of more often than it was held.</summary>
    public bool Overreleased { get; private set; }

    public override Span<float> GetSpan() => _values;

    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        Interlocked.Increment(ref _pins);
        fixed (float* at = &_values[elementIndex]) return new MemoryHandle(at, pinnable: this);
    }

    public override void Unpin()
    {
        if (Interlocked.Decrement(ref _pins) < 0) Overreleased = true;
    }

    protected override void Dispose(bool disposing) { }
}
