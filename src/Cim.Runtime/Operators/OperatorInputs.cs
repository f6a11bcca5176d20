using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators;

/// <summary>The inputs an operator is bound to, with the checks every operator needs.</summary>
internal readonly ref struct OperatorInputs(Operator op, ReadOnlySpan<TensorInfo?> values)
{
    private readonly ReadOnlySpan<TensorInfo?> _values = values;

    /// <summary>Inputs given, trailing omitted ones included.</summary>
    public int Count => _values.Length;

    /// <summary>An input, or null if it is omitted.</summary>
    public TensorInfo? this[int index] => index < _values.Length ? _values[index] : null;

    public TensorInfo Required(int index, string name) =>
        this[index] ?? throw op.Error($"input {index} ('{name}') is missing.");

    public TensorInfo Required(int index, string name, ElementType type)
    {
        TensorInfo info = Required(index, name);
        return info.Type == type ? info : throw op.Error($"input {index} ('{name}') is {info.Type}, {type} is needed.");
    }

    public TensorInfo Float(int index, string name) => Required(index, name, ElementType.Float32);

    public TensorInfo? OptionalFloat(int index, string name) => this[index] is null ? null : Float(index, name);

    /// <summary>A constant list (or scalar) of int64 or int32; null if the input is omitted.</summary>
    public long[]? ConstantIntegers(int index, string name)
    {
        if (this[index] is not { } info) return null;
        Tensor constant = info.Constant
            ?? throw op.Error($"input {index} ('{name}') must be known when the model is compiled; it is computed from the data.");
        if (info.Shape.Rank > 1) throw op.Error($"input {index} ('{name}') has shape {info.Shape}, a list is needed.");
        if (info.Type == ElementType.Int64) return constant.Span<long>().ToArray();
        if (info.Type != ElementType.Int32) throw op.Error($"input {index} ('{name}') is {info.Type}, Int64 is needed.");
        ReadOnlySpan<int> ints = constant.Span<int>();
        long[] result = new long[ints.Length];
        for (int i = 0; i < ints.Length; i++) result[i] = ints[i];
        return result;
    }

    public long[] RequiredIntegers(int index, string name) =>
        ConstantIntegers(index, name) ?? throw op.Error($"input {index} ('{name}') is missing.");

    /// <summary>A constant list of floats; null if the input is omitted or has no elements.</summary>
    public float[]? ConstantFloats(int index, string name)
    {
        if (this[index] is not { } info || info.Shape.Elements == 0) return null;
        if (info.Type != ElementType.Float32) throw op.Error($"input {index} ('{name}') is {info.Type}, Float32 is needed.");
        return info.Constant?.Span<float>().ToArray()
            ?? throw op.Error($"input {index} ('{name}') must be known when the model is compiled; it is computed from the data.");
    }
}
