using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Dimension = Cim.Onnx.Proto.TensorShapeProto.Types.Dimension;

namespace Cim.Compiler.Import;

/// <summary>Reads the declared types and shapes of the inputs a caller provides; the unknown leading dimension is the batch.</summary>
internal sealed class InputReader(GraphProto graph, IReadOnlyCollection<string> initializers, ImportOptions options)
{
    private string? _batchName;

    /// <exception cref="CimException">CIM0004: no inputs, or one without a usable shape; CIM0003: not a tensor.</exception>
    public ImmutableArray<(string Name, ValueInfo Info)> Read()
    {
        var names = new HashSet<string>(initializers, StringComparer.Ordinal);
        var inputs = ImmutableArray.CreateBuilder<(string, ValueInfo)>();
        foreach (ValueInfoProto input in graph.Input)
        {
            if (initializers.Contains(input.Name)) continue;
            if (input.Name.Length == 0 || !names.Add(input.Name)) throw Error(input, "its name is empty or used twice");
            inputs.Add((input.Name, Read(input)));
        }

        return inputs.ToImmutable();
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

        string name = dim.HasDimParam ? dim.DimParam : "";
        if (name.Length > 0 && options.Dimensions.TryGetValue(name, out int value))
            return value > 0 ? value : throw Error(input, $"dimension '{name}' was set to {value}, it must be positive");
        if (axis == 0 && (name.Length == 0 || _batchName is null || _batchName == name))
        {
            if (name.Length > 0) _batchName = name;
            return -1;
        }

        if (name.Length > 0 && name == _batchName) return -1;
        MessageText cure = "export the model with a fixed size";
        if (name.Length > 0) cure = $"set its size ({OptionTable.Dim.With($"{name}=...")}), or {cure}";
        string which = name.Length > 0 ? $"'{name}'" : "unnamed";
        throw Error(input, $"dimension {axis} ({which}) is not fixed and is not the batch; {cure}");
    }

    private static CimException Error(ValueInfoProto input, MessageText problem) =>
        OptionError.Of(ErrorCodes.InvalidGraph, $"Input '{input.Name}' cannot be used: {problem}.");
}
