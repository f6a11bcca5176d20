using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Ir;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import;

/// <summary>The constant that an input with a fixed value becomes.</summary>
internal static class FixedInput
{
    /// <summary>The constant: one value for all elements, or one for each.</summary>
    /// <param name="name">The input.</param>
    /// <param name="info">Its type and shape; the batch counts as 1.</param>
    /// <param name="values">What the user set.</param>
    /// <exception cref="CimException">CIM0010: another number of values than elements, or a value the type cannot hold.</exception>
    public static Tensor Of(string name, ValueInfo info, ImmutableArray<double> values)
    {
        Shape shape = info.Shape.Bind(1);
        string text = $"{name}={string.Join('|', values.Select(v => v.ToString(CultureInfo.InvariantCulture)))}";
        if (values.Length != 1 && values.Length != shape.Elements)
            throw OptionError.Usage(
                $"{OptionTable.Fix.Is(text)}: {values.Length} values for an input of {shape.Elements} elements {shape}; "
                + $"set one value for all of them, or one for each.");
        double[] all = values.Length == shape.Elements ? [.. values] : [.. Enumerable.Repeat(values[0], checked((int)shape.Elements))];
        foreach (double value in all)
            if (!Holds(info.Type, value))
                throw OptionError.Usage(
                    $"{OptionTable.Fix.Is(text)}, and the input '{name}' is of type {info.Type}, which has no value {value}.");
        return info.Type switch
        {
            ElementType.Float32 => Tensor.Create<float>(shape, [.. all.Select(v => (float)v)]),
            ElementType.Int64 => Tensor.Create<long>(shape, [.. all.Select(v => (long)v)]),
            ElementType.Int32 => Tensor.Create<int>(shape, [.. all.Select(v => (int)v)]),
            ElementType.Int8 => Tensor.Create<sbyte>(shape, [.. all.Select(v => (sbyte)v)]),
            ElementType.UInt8 => Tensor.Create<byte>(shape, [.. all.Select(v => (byte)v)]),
            _ => new Tensor(ElementType.Bool, shape, all.Select(v => (byte)v).ToArray()),
        };
    }

    private static bool Holds(ElementType type, double value) => type switch
    {
        ElementType.Float32 => float.IsFinite((float)value),
        ElementType.Int64 => value == Math.Floor(value) && Math.Abs(value) <= 1L << 53,
        ElementType.Int32 => value == Math.Floor(value) && value is >= int.MinValue and <= int.MaxValue,
        ElementType.Int8 => value == Math.Floor(value) && value is >= sbyte.MinValue and <= sbyte.MaxValue,
        ElementType.UInt8 => value == Math.Floor(value) && value is >= byte.MinValue and <= byte.MaxValue,
        _ => value is 0 or 1,
    };
}
