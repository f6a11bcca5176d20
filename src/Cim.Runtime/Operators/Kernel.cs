using System.Collections.Immutable;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators;

/// <summary>The computation of a <see cref="Kernel"/>; must not allocate and must not keep the spans.</summary>
internal delegate void KernelBody(in KernelCall call);

/// <summary>
/// An operator bound to concrete input types and shapes: everything that can be worked out beforehand is, so that
/// running only moves numbers. Immutable; any number of threads may run it at once, each on its own buffers.
/// </summary>
internal sealed class Kernel(ImmutableArray<TensorInfo> outputs, KernelBody body)
{
    /// <summary>A kernel with a single output.</summary>
    public Kernel(TensorInfo output, KernelBody body) : this([output], body) { }

    /// <summary>Types and shapes of all outputs the operator can give, wanted or not.</summary>
    public ImmutableArray<TensorInfo> Outputs { get; } = outputs;

    /// <summary>Scratch memory one run needs.</summary>
    public int WorkspaceBytes { get; init; }

    /// <summary>True if output 0 holds the bytes of input 0 under another shape, so that no copy is needed.</summary>
    public bool IsView { get; init; }

    /// <summary>True if output 0 may lie in the buffer of input 0 (same size, every element read before it is written).</summary>
    public bool CanRunInPlace { get; init; }

    /// <summary>Output 0, if it is known without running because it depends on the inputs' shapes at most.</summary>
    public Tensor? FixedValue { get; init; }

    /// <summary>Computes the outputs from the inputs. Allocates nothing.</summary>
    /// <exception cref="CimException">The data itself is invalid, for example an index out of range.</exception>
    public void Run(in KernelCall call) => body(call);

    /// <summary>Output 0 has the bytes of input 0 and the given type and shape.</summary>
    public static Kernel View(TensorInfo output) =>
        new(output, (in KernelCall c) => c.Input(0).CopyTo(c.Output(0))) { IsView = true };

    /// <summary>The output does not depend on the data of any input.</summary>
    public static Kernel Fixed(Tensor value) =>
        new(TensorInfo.Of(value), (in KernelCall c) => value.Data.Span.CopyTo(c.Output(0))) { FixedValue = value };
}
