using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Dimension = Cim.Onnx.Proto.TensorShapeProto.Types.Dimension;

namespace Cim.Compiler.Import;

/// <summary>The sizes a caller set for open dimensions, by name (<c>height</c>) or by input and axis (<c>x:2</c>).</summary>
internal sealed class AxisSizes(ImmutableDictionary<string, int> sizes)
{
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    /// <summary>The size of a dimension; null if none was set. By input and axis goes before by name.</summary>
    public int? Of(ValueInfoProto input, int axis)
    {
        Dimension dim = input.Type.TensorType.Shape.Dim[axis];
        string position = string.Create(CultureInfo.InvariantCulture, $"{input.Name}:{axis}");
        foreach (string key in new[] { position, dim.DimParam })
        {
            if (key.Length == 0 || !sizes.TryGetValue(key, out int size)) continue;
            _used.Add(key);
            return size;
        }

        return null;
    }

    /// <summary>Requires that each size was for a dimension there is.</summary>
    /// <exception cref="CimException">CIM0010: one was not; the message has what is open.</exception>
    public void RequireUsed(ImmutableArray<ValueInfoProto> inputs)
    {
        if (sizes.Keys.Where(k => !_used.Contains(k)).Order(StringComparer.Ordinal).FirstOrDefault() is not { } key) return;
        string[] open = [.. inputs.SelectMany(Open).Distinct(StringComparer.Ordinal)];
        MessageText known = open.Length == 0 ? "every dimension of its inputs is fixed"
            : $"open are {string.Join(", ", open.Select(o => $"'{o}'"))}; '{Spelling.Nearest(key, open)}' is the nearest";
        throw OptionError.Usage(
            $"{OptionTable.Dim.Is($"{key}={sizes[key]}")}, but the model has no open dimension '{key}': {known}.");
    }

    /// <summary>What sizes can be set for: names, and input and axis of every open dimension.</summary>
    private static IEnumerable<string> Open(ValueInfoProto input)
    {
        if (input.Type?.TensorType?.Shape?.Dim is not { } dims) yield break;
        for (int i = 0; i < dims.Count; i++)
            if (!(dims[i].HasDimValue && dims[i].DimValue > 0))
                yield return dims[i].DimParam.Length > 0
                    ? dims[i].DimParam : string.Create(CultureInfo.InvariantCulture, $"{input.Name}:{i}");
    }
}
