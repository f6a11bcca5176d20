using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Operators;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes;

/// <summary>
/// The results of ConstantOfShape: those of the same value are the start of the same bytes. A network that is a graph of shapes alone then
/// takes the memory of its largest constant, not that of all.
/// </summary>
internal sealed class RepeatedValues
{
    private readonly Dictionary<(ElementType Type, ulong Bits), Tensor> _largest = [];

    /// <summary>A known result; null if none is as long.</summary>
    /// <param name="node">The ConstantOfShape.</param>
    /// <param name="output">Its result's type and shape.</param>
    public Tensor? Find(Node node, TensorInfo output) =>
        _largest.TryGetValue(Key(node, output.Type), out Tensor? known) && known.Data.Length >= output.Bytes
            ? new Tensor(output.Type, output.Shape, known.Data[..(int)output.Bytes])
            : null;

    /// <summary>Remembers a result.</summary>
    /// <param name="node">The ConstantOfShape.</param>
    /// <param name="result">Its result, longer than the known one.</param>
    public void Add(Node node, Tensor result) => _largest[Key(node, result.Type)] = result;

    private static (ElementType, ulong) Key(Node node, ElementType type)
    {
        // An element has at most eight bytes.
        Span<byte> bits = stackalloc byte[sizeof(ulong)];
        bits.Clear();
        node.Attributes.Tensor("value")?.Data.Span.CopyTo(bits);
        return (type, BitConverter.ToUInt64(bits));
    }
}
