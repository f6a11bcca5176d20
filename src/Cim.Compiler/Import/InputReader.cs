using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Dimension = Cim.Onnx.Proto.TensorShapeProto.Types.Dimension;

namespace Cim.Compiler.Import;

/// <summary>
/// Reads the declared types and shapes of the inputs a caller provides. What a file leaves open is the batch if it leads an input, however
/// each input names it; every other open dimension needs a size, by its name or by input and axis.
/// </summary>
internal sealed class InputReader
{
    private readonly AxisSizes _sizes;
    private readonly ImportOptions _options;
    private readonly Dictionary<string, Tensor> _fixed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _initializers;
    private readonly ImmutableArray<ValueInfoProto> _inputs;
    private readonly HashSet<string> _leading, _inner;

    public InputReader(GraphProto graph, IEnumerable<string> initializers, ImportOptions options)
    {
        _initializers = new HashSet<string>(initializers, StringComparer.Ordinal);
        _inputs = [.. graph.Input.Where(i => !_initializers.Contains(i.Name))];
        (_sizes, _options) = (new AxisSizes(options), options);
        _leading = OpenNames(axis => axis == 0);
        _inner = OpenNames(axis => axis > 0);
    }

    /// <summary>The constants that inputs with fixed values became, after <see cref="Read()"/>.</summary>
    public IReadOnlyDictionary<string, Tensor> Fixed => _fixed;

    /// <summary>The inputs a caller provides.</summary>
    /// <exception cref="CimException">CIM0004: no inputs, or one without a usable shape; CIM0003: not a tensor; CIM0010: a size for what
    /// the model does not have.</exception>
    public ImmutableArray<(string Name, ValueInfo Info)> Read()
    {
        _sizes.RequireKnown(_inputs);
        var names = new HashSet<string>(_initializers, StringComparer.Ordinal);
        var inputs = ImmutableArray.CreateBuilder<(string, ValueInfo)>();
        foreach (ValueInfoProto input in _inputs)
        {
            if (input.Name.Length == 0 || !names.Add(input.Name)) throw Error(input, "its name is empty or used twice");
            ValueInfo info = Read(input);
            if (_options.FixedInputs.TryGetValue(input.Name, out ImmutableArray<double> values))
                _fixed.Add(input.Name, FixedInput.Of(input.Name, info, values));
            else inputs.Add((input.Name, info));
        }

        RequireFixed();
        return inputs.ToImmutable();
    }

    private void RequireFixed()
    {
        if (_options.FixedInputs.Keys.Where(k => !_fixed.ContainsKey(k)).Order(StringComparer.Ordinal).FirstOrDefault() is not { } name)
            return;
        string[] inputs = [.. _inputs.Select(i => i.Name)];
        throw OptionError.Usage(
            $"{OptionTable.Fix.Is($"{name}={string.Join('|', _options.FixedInputs[name])}")}, but the model has no input '{name}': its "
                + $"inputs "
            + $"are {string.Join(", ", inputs.Select(i => $"'{i}'"))}; '{Spelling.Nearest(name, inputs)}' is the nearest.");
    }

    private ValueInfo Read(ValueInfoProto input)
    {
        if (input.Type?.TensorType is not { } tensor)
            throw new CimException(
                ErrorCodes.UnsupportedOperators, $"Input '{input.Name}' is not a tensor; sequences, maps and optionals are not supported.");
        ElementType type = TensorConverter.TypeOf(tensor.ElemType)
            ?? throw new CimException(
                ErrorCodes.UnsupportedOperators, $"Input '{input.Name}' has ONNX element type {tensor.ElemType}, which is not supported.");
        if (tensor.Shape is null) throw Error(input, "its rank is unknown; export the model with an input shape");

        int[] dims = new int[tensor.Shape.Dim.Count];
        for (int i = 0; i < dims.Length; i++) dims[i] = Read(input, tensor.Shape.Dim[i], i);
        var shape = new Shape(dims);
        try
        {
            if (shape.Bind(1).Elements > int.MaxValue / 4) throw Error(input, $"shape {shape} has too many elements");
        }
        catch (OverflowException)
        {
            throw Error(input, $"shape {shape} has too many elements");
        }

        return new ValueInfo(type, shape);
    }

    private int Read(ValueInfoProto input, Dimension dim, int axis)
    {
        if (dim.HasDimValue && dim.DimValue > 0)
            return dim.DimValue <= int.MaxValue
                ? (int)dim.DimValue
                : throw Error(input, $"dimension {axis} is {dim.DimValue}, which is too large");
        if (dim.HasDimValue && dim.DimValue == 0 && axis > 0)
            throw new CimException(ErrorCodes.UnsupportedOperators,
                $"Input '{input.Name}' is empty: its dimension {axis} is 0, and tensors without elements are not supported.");
        if (_sizes.Of(input, axis) is { } size) return size;
        string name = dim.DimParam;
        return IsBatch(input, name, axis) ? -1 : throw Open(input, name, axis);
    }

    /// <summary>
    /// An open dimension that leads is the batch, unless another dimension of its input is called so, or it is one that other inputs have
    /// further back while leading dimensions differ: a sequence of another input. Behind the first it is the batch if it is called as one
    /// that leads.
    /// </summary>
    private bool IsBatch(ValueInfoProto input, string name, int axis)
    {
        if (axis > 0) return name.Length > 0 && _leading.Contains(name) && !(_leading.Count > 1 && !IsCalledBatch(name));
        if (BatchBehind(input) is not null && !IsCalledBatch(name)) return false;
        return name.Length == 0 || _leading.Count == 1 || !_inner.Contains(name) || IsCalledBatch(name);
    }

    private static CimException Open(ValueInfoProto input, string name, int axis)
    {
        string size = name.Length > 0 ? $"{name}=..." : $"{input.Name}:{axis}=...";
        MessageText cure = $"set its size ({OptionTable.Dim.With(size)}), or export the model with a fixed size";
        if (BatchBehind(input) is { } batch)
        {
            string called = Dims(input)[batch].DimParam;
            return Error(input,
                $"its batch ('{called}') is dimension {batch}, and samples are told apart along the first alone. Export the model with "
                + $"the batch first (batch_first=True for recurrent layers of PyTorch, or a wrapper that transposes its input), or for "
                + $"one sample a run: set the size of every open dimension ({OptionTable.Dim.With(Sizes(input))})");
        }

        string which = name.Length > 0 ? $"'{name}'" : "unnamed";
        return Error(input, $"dimension {axis} ({which}) is not fixed and is not the batch; {cure}");
    }

    private static string Sizes(ValueInfoProto input) => string.Join(';', Dims(input)
        .Select((d, i) => (Name: d.DimParam.Length > 0 ? d.DimParam : $"{input.Name}:{i}", IsOpen: IsOpen(d)))
        .Where(d => d.IsOpen).Select(d => d.Name + (IsCalledBatch(d.Name) ? "=1" : "=...")));

    /// <summary>The dimension behind the first that is called batch, where the first is not.</summary>
    private static int? BatchBehind(ValueInfoProto input)
    {
        IReadOnlyList<Dimension> dims = Dims(input);
        if (dims.Count == 0 || (IsOpen(dims[0]) && IsCalledBatch(dims[0].DimParam))) return null;
        for (int i = 1; i < dims.Count; i++)
            if (IsOpen(dims[i]) && IsCalledBatch(dims[i].DimParam)) return i;
        return null;
    }

    private static bool IsCalledBatch(string name) => name.Contains("batch", StringComparison.OrdinalIgnoreCase);

    private HashSet<string> OpenNames(Func<int, bool> at) => new(
        from input in _inputs
        from dim in Dims(input).Select((d, i) => (Dim: d, Axis: i))
        where at(dim.Axis) && IsOpen(dim.Dim) && dim.Dim.DimParam.Length > 0 && _sizes.Of(input, dim.Axis) is null
        select dim.Dim.DimParam, StringComparer.Ordinal);

    private static bool IsOpen(Dimension dim) => !(dim.HasDimValue && dim.DimValue > 0);

    private static IReadOnlyList<Dimension> Dims(ValueInfoProto input) => input.Type?.TensorType?.Shape?.Dim is { } dims ? dims : [];

    private static CimException Error(ValueInfoProto input, MessageText problem) =>
        OptionError.Of(ErrorCodes.InvalidGraph, $"Input '{input.Name}' cannot be used: {problem}.");
}
