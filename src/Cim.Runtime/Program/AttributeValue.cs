using System.Collections.Immutable;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Program;

/// <summary>The value of an operator attribute: exactly one of the kinds ONNX knows and this SDK needs.</summary>
internal abstract record AttributeValue
{
    public sealed record Int(long Value) : AttributeValue;

    public sealed record Float(float Value) : AttributeValue;

    public sealed record String(string Value) : AttributeValue;

    public sealed record Ints(ImmutableArray<long> Values) : AttributeValue;

    public sealed record Floats(ImmutableArray<float> Values) : AttributeValue;

    public sealed record TensorValue(Tensor Value) : AttributeValue;

    /// <summary>Of operators that are written out at import alone (activations of recurrent ones): never part of a program.</summary>
    public sealed record Strings(ImmutableArray<string> Values) : AttributeValue;

    /// <summary>Kept only so that the operator can be reported as unsupported with its name (graphs, sparse tensors ...).</summary>
    public sealed record Unsupported(string Kind) : AttributeValue;
}
