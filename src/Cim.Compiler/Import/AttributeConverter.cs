using System.Collections.Immutable;
using Cim.Onnx;
using Cim.Onnx.Proto;
using Cim.Runtime.Program;
using Kind = Cim.Onnx.Proto.AttributeProto.Types.AttributeType;

namespace Cim.Compiler.Import;

/// <summary>Converts ONNX attributes; kinds the SDK has no use for become <see cref="AttributeValue.Unsupported"/>.</summary>
internal static class AttributeConverter
{
    /// <exception cref="OnnxFormatException">A tensor attribute is malformed, or an attribute is given twice.</exception>
    public static AttributeMap Convert(NodeProto node, ExternalData? external)
    {
        if (node.Attribute.Count == 0) return AttributeMap.Empty;
        var values = ImmutableSortedDictionary.CreateBuilder<string, AttributeValue>(StringComparer.Ordinal);
        foreach (AttributeProto attribute in node.Attribute)
        {
            if (values.ContainsKey(attribute.Name))
                throw new OnnxFormatException($"node '{node.Name}' ({node.OpType}): attribute '{attribute.Name}' is given twice");
            values.Add(attribute.Name, Convert(attribute, external));
        }

        return new AttributeMap(values.ToImmutable());
    }

    private static AttributeValue Convert(AttributeProto a, ExternalData? external) => KindOf(a) switch
    {
        Kind.Int => new AttributeValue.Int(a.I),
        Kind.Float => new AttributeValue.Float(a.F),
        Kind.String => new AttributeValue.String(a.S.ToStringUtf8()),
        Kind.Ints => new AttributeValue.Ints([.. a.Ints]),
        Kind.Floats => new AttributeValue.Floats([.. a.Floats]),
        Kind.Strings => new AttributeValue.Strings([.. a.Strings.Select(s => s.ToStringUtf8())]),
        Kind.Tensor when a.T is not null => new AttributeValue.TensorValue(TensorConverter.Convert(a.T, external)),
        var other => new AttributeValue.Unsupported(other.ToString()),
    };

    /// <summary>Files of IR version 1 leave the kind out.</summary>
    private static Kind KindOf(AttributeProto a) =>
        a.Type != Kind.Undefined ? a.Type
        : a.HasF ? Kind.Float
        : a.HasI ? Kind.Int
        : a.HasS ? Kind.String
        : a.T is not null ? Kind.Tensor
        : a.G is not null ? Kind.Graph
        : a.Floats.Count > 0 ? Kind.Floats
        : a.Ints.Count > 0 ? Kind.Ints
        : Kind.Undefined;
}
