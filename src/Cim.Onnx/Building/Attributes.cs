using Cim.Onnx.Proto;
using Google.Protobuf;

namespace Cim.Onnx.Building;

/// <summary>Makes node attributes and reads them with the default the operator's specification states.</summary>
public static class Attributes
{
    /// <summary>An integer attribute.</summary>
    public static AttributeProto Int(string name, long value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    /// <summary>A float attribute.</summary>
    public static AttributeProto Float(string name, float value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    /// <summary>A string attribute.</summary>
    public static AttributeProto String(string name, string value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    /// <summary>A list of integers.</summary>
    public static AttributeProto Ints(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        foreach (long value in values)
            attribute.Ints.Add(value);
        return attribute;
    }

    /// <summary>The attribute of that name, or null.</summary>
    public static AttributeProto? Find(NodeProto node, string name)
    {
        ArgumentNullException.ThrowIfNull(node);
        foreach (AttributeProto attribute in node.Attribute)
        {
            if (attribute.Name == name)
                return attribute;
        }

        return null;
    }

    /// <summary>An integer attribute or its default.</summary>
    public static long GetInt(NodeProto node, string name, long defaultValue) => Find(node, name)?.I ?? defaultValue;

    /// <summary>A float attribute or its default.</summary>
    public static float GetFloat(NodeProto node, string name, float defaultValue) => Find(node, name)?.F ?? defaultValue;

    /// <summary>A string attribute or its default.</summary>
    public static string GetString(NodeProto node, string name, string defaultValue) =>
        Find(node, name)?.S.ToStringUtf8() ?? defaultValue;

    /// <summary>A list of integers or its default.</summary>
    public static long[] GetInts(NodeProto node, string name, long[] defaultValue) =>
        Find(node, name) is { } attribute ? [.. attribute.Ints] : defaultValue;
}
