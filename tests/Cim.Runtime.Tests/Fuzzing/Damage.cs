using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using Cim.Runtime.Operators.Catalog;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Tests.Fuzzing;

/// <summary>Changes one thing somewhere inside a value that is made of records, lists, tensors and numbers, and leaves it
/// well-formed.</summary>
internal sealed class Damage(Random random)
{
    private static readonly long[] _numbers =
        [0, 1, -1, 2, 3, 7, 8, 9, 16, 31, 32, 33, 127, 128, 129, 255, 256, 1 << 16, 1 << 24, 1 << 28, 1 << 30, int.MaxValue, int.MinValue,
            long.MaxValue, long.MinValue];

    private static readonly float[] _reals =
        [0, -0f, 1, -1, 0.5f, 1e-3f, 1e-30f, 1e-40f, 1e9f, 1e30f, float.MaxValue, float.MinValue, float.NaN, float.PositiveInfinity,
            float.NegativeInfinity];

    /// <summary>The value with one change.</summary>
    public object? Change(object? value, Type type)
    {
        if (value is null) return null; // What is left out has no form to invent.
        if (Nullable.GetUnderlyingType(type) is { } inner) return random.Next(8) == 0 ? null : Change(value, inner);
        switch (value)
        {
            case int i: return (int)Number(i, int.MinValue, int.MaxValue);
            case long l: return Number(l, long.MinValue, long.MaxValue);
            case bool b: return !b;
            case float f: return Real(f);
            case string s: return Text(s);
            case Enum e: return Enum.GetValues(e.GetType()).GetValue(random.Next(Enum.GetValues(e.GetType()).Length));
            case Shape shape: return new Shape([.. (ImmutableArray<int>)List(shape.Dims, typeof(int))]);
            case Tensor tensor: return Data(tensor);
            case AttributeMap map: return Attributes(map);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
            return List((IList)value, type.GetGenericArguments()[0]);
        return Record(value);
    }

    private long Number(long value, long low, long high)
    {
        long changed = random.Next(3) switch
        {
            0 => _numbers[random.Next(_numbers.Length)],
            1 => unchecked(value + random.Next(-3, 4)),
            _ => unchecked(value * random.Next(-2, 5)),
        };
        return Math.Clamp(changed, low, high);
    }

    private float Real(float value) =>
        random.Next(2) == 0 ? _reals[random.Next(_reals.Length)] : value * (random.NextSingle() - 0.2f) * 3;

    // The name of an operator becomes that of another one half of the time.
    private string Text(string text) => (OperatorCatalog.IsSupported(text) || text == ProgramStep.CrossbarOp) && random.Next(2) == 0
        ? OperatorCatalog.Names.Order(StringComparer.Ordinal).ElementAt(random.Next(OperatorCatalog.Names.Count))
        : random.Next(4) switch { 0 => "", 1 => text + "\0\u202e", 2 => new string('x', 300), _ => text.ToUpperInvariant() };

    private object List(IList list, Type type)
    {
        var items = new List<object?>(list.Count + 1);
        foreach (object? item in list) items.Add(item);
        int at = items.Count == 0 ? 0 : random.Next(items.Count);
        switch (items.Count == 0 ? 0 : random.Next(8))
        {
            case 0 when items.Count > 0: items.Insert(at, items[random.Next(items.Count)]); break;
            case 1: items.RemoveAt(at); break;
            case 2: (items[at], items[0]) = (items[0], items[at]); break;
            case 3 when random.Next(4) == 0: items.Clear(); break;
            default:
                if (items.Count > 0) items[at] = Change(items[at], type);
                break;
        }

        var typed = Array.CreateInstance(type, items.Count);
        for (int i = 0; i < items.Count; i++) typed.SetValue(items[i], i);
        return typeof(ImmutableArray).GetMethods()
            .Single(m => m.Name == nameof(ImmutableArray.Create) && m.GetParameters() is [{ ParameterType.IsArray: true }])
            .MakeGenericMethod(type).Invoke(null, [typed])!;
    }

    // Element type or shape with as much data as they need, or other data.
    private Tensor Data(Tensor tensor)
    {
        byte[] data = tensor.Data.ToArray();
        ElementType type = tensor.Type;
        Shape shape = tensor.Shape;
        switch (random.Next(3))
        {
            case 0: type = (ElementType)Change(type, typeof(ElementType))!; break;
            case 1: shape = (Shape)Change(shape, typeof(Shape))!; break;
            default:
                for (int n = Math.Min(3, data.Length); n > 0; n--) data[random.Next(data.Length)] = (byte)random.Next(256);
                break;
        }

        long bytes = shape.IsSymbolic ? long.MaxValue : shape.ElementsFor(1) is var n1 and < 1 << 20 ? n1 * type.SizeOf() : long.MaxValue;
        if (bytes == long.MaxValue) return tensor;
        if (data.Length != bytes) Array.Resize(ref data, (int)bytes);
        return new Tensor(type, shape, data);
    }

    private AttributeMap Attributes(AttributeMap map)
    {
        string[] names = [.. map.Values.Keys];
        if (names.Length == 0 || random.Next(6) == 0)
        {
            string[] known = [
                "axis", "keepdims", "layer", "perm", "mode", "to", "group", "pads", "strides", "blocksize", "axes", "start", "end"];
            string added = known[random.Next(known.Length)];
            return random.Next(3) == 0
                ? map.With(added, [1L, Number(1, long.MinValue, long.MaxValue)])
                : map.With(added, Number(1, long.MinValue, long.MaxValue));
        }

        string name = names[random.Next(names.Length)];
        return random.Next(6) == 0
            ? map.Without(name)
            : map.With(name, (AttributeValue)Change(map.Values[name], map.Values[name].GetType())!);
    }

    // A copy as 'with' makes it, with one property changed; lists are where most of a model is.
    private object Record(object record)
    {
        PropertyInfo[] properties = [.. record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanWrite && p.GetIndexParameters().Length == 0 && p.GetValue(record) is not null)];
        if (properties.Length == 0) return record;
        PropertyInfo chosen = properties[random.Next(properties.Length)];
        object copy = record.GetType().IsValueType
            ? record // boxed already; a copy is made below
            : record.GetType().GetMethod("<Clone>$")?.Invoke(record, null)
                ?? throw new InvalidOperationException($"{record.GetType()} is no record.");
        if (record.GetType().IsValueType)
            copy = typeof(object).GetMethod("MemberwiseClone", BindingFlags.NonPublic | BindingFlags.Instance)!.Invoke(record, null)!;
        object? changed = random.Next(12) == 0 && IsOptional(chosen) ? null : Change(chosen.GetValue(record), chosen.PropertyType);
        chosen.SetValue(copy, changed);
        return copy;
    }

    private static bool IsOptional(PropertyInfo property) =>
        new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;
}
