namespace Cim.Runtime.Crossbar;

/// <summary>
/// A layer made ready for one fidelity: weights packed (or cells programmed) once, immutable afterwards and shared by
/// all threads. One call runs on one thread; the executor splits a batch, or a layer of one image, into calls.
/// </summary>
internal abstract class PreparedLayer
{
    /// <summary>Scratch bytes one call needs for a number of images.</summary>
    public abstract int WorkspaceBytes(int images);

    /// <summary>Into how many calls, on as many threads, one image can be split (<see cref="LayerCall.Split"/>).</summary>
    public virtual int MaxSplit => 1;

    /// <summary>Products of 16 bits that are computed for one image, or what takes as long: decides whether a split pays.</summary>
    public virtual long ProductsPerImage => 0;

    /// <summary>Computes the layer, or the part that the call names, including its epilogue. Allocates nothing.</summary>
    public abstract void Run(in LayerCall call);
}

/// <summary>The buffers of one call, in the layouts of <see cref="CrossbarLayer"/>.</summary>
internal readonly ref struct LayerCall
{
    public LayerCall()
    {
    }

    /// <summary>Quantized activations of <see cref="Images"/> images.</summary>
    public required ReadOnlySpan<byte> Input { get; init; }

    /// <summary>The residual, empty if the epilogue has none.</summary>
    public ReadOnlySpan<byte> Residual { get; init; }

    public required Span<byte> Output { get; init; }

    /// <summary>64-byte aligned, at least <see cref="PreparedLayer.WorkspaceBytes"/>.</summary>
    public required Span<byte> Workspace { get; init; }

    public required int Images { get; init; }

    /// <summary>The part of the layer that this call computes; it writes the outputs of that part and nothing else.</summary>
    public LayerSplit Split { get; init; } = LayerSplit.Whole;

    /// <summary>Index of the first image in the whole run: the key of read noise, so that results do not depend on the split.</summary>
    public required long FirstImage { get; init; }
}
