namespace Cim.Runtime.Crossbar;

/// <summary>
/// A layer made ready for one fidelity: weights packed (or cells programmed) once, immutable afterwards and shared by
/// all threads. One call runs on one thread; the executor splits a batch into calls.
/// </summary>
internal abstract class PreparedLayer
{
    /// <summary>Scratch bytes one call needs for a number of images.</summary>
    public abstract int WorkspaceBytes(int images);

    /// <summary>Computes the layer including its epilogue. Allocates nothing.</summary>
    public abstract void Run(in LayerCall call);
}

/// <summary>The buffers of one call, in the layouts of <see cref="CrossbarLayer"/>.</summary>
internal readonly ref struct LayerCall
{
    /// <summary>Quantized activations of <see cref="Images"/> images.</summary>
    public required ReadOnlySpan<byte> Input { get; init; }

    /// <summary>The residual, empty if the epilogue has none.</summary>
    public ReadOnlySpan<byte> Residual { get; init; }

    public required Span<byte> Output { get; init; }

    /// <summary>64-byte aligned, at least <see cref="PreparedLayer.WorkspaceBytes"/>.</summary>
    public required Span<byte> Workspace { get; init; }

    public required int Images { get; init; }

    /// <summary>Index of the first image in the whole run: the key of read noise, so that results do not depend on the split.</summary>
    public required long FirstImage { get; init; }
}
