using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Dimension = Cim.Onnx.Proto.TensorShapeProto.Types.Dimension;

namespace Cim.Compiler.Import;

/// <summary>The sizes a caller set for open dimensions, by name (<c>height</c>) or by input and axis (<c>x:2</c>).</summary>
/// <param name="options">What the caller set.</param>
internal sealed class AxisSizes(ImportOptions options)
{
    private readonly ImmutableDictionary<string, int> _sizes = options.PlanDimensions;

    /// <summary>The size of a dimension; null if none was set. By input and axis goes before by name.</summary>
    public int? Of(ValueInfoProto input, int axis)
    {
        Dimension dim = input.Type.TensorType.Shape.Dim[axis];
        foreach (string key in new[] { Position(input, axis), dim.DimParam })
            if (key.Length > 0 && _sizes.TryGetValue(key, out int size)) return size;

        return null;
    }

    /// <summary>Requires that each size is for a dimension there is.</summary>
    /// <exception cref="CimException">CIM0010: one is not; the message has what is open.</exception>
    public void RequireKnown(ImmutableArray<ValueInfoProto> inputs)
    {
        HashSet<string> known = [.. inputs.SelectMany(OpenKeys)];
        if (_sizes.Keys.Where(k => !known.Contains(k)).Order(StringComparer.Ordinal).FirstOrDefault() is not { } key) return;
        string[] open = [.. inputs.SelectMany(Open).Distinct(StringComparer.Ordinal)];
        MessageText hint = open.Length == 0 ? "every dimension of its inputs is fixed"
            : $"open are {string.Join(", ", open.Select(o => $"'{o}'"))}; '{Spelling.Nearest(key, open)}' is the nearest";
        OptionReference set = options.Dimensions.ContainsKey(key)
            ? OptionTable.Dim.Is($"{key}={_sizes[key]}") : OptionTable.Dims.Is(options.Sizes.ToString());
        throw OptionError.Usage(
            $"{set}, but the model has no open dimension '{key}': {hint}.");
    }

    /// <summary>What sizes can be set for, as messages name it: the names of open dimensions, input and axis where they have
    /// none.</summary>
    private static IEnumerable<string> Open(ValueInfoProto input) =>
        OpenAxes(input).Select(d => d.Dim.DimParam.Length > 0 ? d.Dim.DimParam : Position(input, d.Axis));

    /// <summary>Every way to name an open dimension.</summary>
    private static IEnumerable<string> OpenKeys(ValueInfoProto input) =>
        OpenAxes(input).SelectMany(d => new[] { d.Dim.DimParam, Position(input, d.Axis) });

    private static IEnumerable<(Dimension Dim, int Axis)> OpenAxes(ValueInfoProto input) => input.Type?.TensorType?.Shape?.Dim is { } dims
        ? dims.Select((d, i) => (d, i)).Where(d => !(d.d.HasDimValue && d.d.DimValue > 0)) : [];

    private static string Position(ValueInfoProto input, int axis) => string.Create(CultureInfo.InvariantCulture, $"{input.Name}:{axis}");
}
