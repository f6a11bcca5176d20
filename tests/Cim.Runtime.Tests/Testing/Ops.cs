using Cim.Runtime.Operators.Catalog;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Tests.Testing;

/// <summary>Short ways to make tensors and evaluate operators.</summary>
internal static class Ops
{
    /// <summary>Lengths around every vector width and unrolling step.</summary>
    public static readonly int[] AwkwardLengths = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100];

    public static AttributeMap Attributes(params (string Name, object Value)[] pairs)
    {
        AttributeMap map = AttributeMap.Empty;
        foreach ((string name, object value) in pairs)
        {
            map = value switch
            {
                int i => map.With(name, (long)i),
                long l => map.With(name, l),
                float f => map.With(name, f),
                string s => map.With(name, s),
                int[] list => map.With(name, [.. list.Select(v => (long)v)]),
                Tensor t => map.With(name, new AttributeValue.TensorValue(t)),
                _ => throw new ArgumentException($"attribute {name}: {value.GetType()}"),
            };
        }

        return map;
    }

    public static Tensor[] All(string op, AttributeMap? attributes, params Tensor?[] inputs) =>
        DigitalEvaluator.Evaluate(op, attributes ?? AttributeMap.Empty, inputs);

    public static Tensor Run(string op, AttributeMap? attributes, params Tensor?[] inputs) => All(op, attributes, inputs)[0];

    public static Tensor Run(string op, params Tensor?[] inputs) => All(op, null, inputs)[0];

    public static Tensor Floats(int[] shape, params float[] values) => Tensor.Create<float>(new Shape(shape), values);

    public static Tensor Longs(params long[] values) => Tensor.Create<long>(new Shape(values.Length), values);

    public static Tensor Random(Random random, params int[] shape)
    {
        float[] values = new float[shape.Aggregate(1, (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++) values[i] = (random.NextSingle() * 8) - 4;
        return Floats(shape, values);
    }

    /// <summary>A tensor whose elements are 0, 1, 2 ...</summary>
    public static Tensor Ramp(params int[] shape) =>
        Floats(shape, [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(i => (float)i)]);

    public static float[] Floats(this Tensor tensor) => tensor.Span<float>().ToArray();

    public static int[] Dims(this Tensor tensor) => [.. tensor.Shape.Dims];

    public static int[] RandomShape(Random random, int maxRank = 4, int maxSize = 5) =>
        [.. Enumerable.Range(0, random.Next(0, maxRank + 1)).Select(_ => random.Next(1, maxSize + 1))];

    /// <summary>All index tuples of a shape in row-major order.</summary>
    public static IEnumerable<int[]> Indices(params int[] shape)
    {
        int count = shape.Aggregate(1, (a, b) => a * b);
        for (int i = 0; i < count; i++)
        {
            int[] index = new int[shape.Length];
            for (int d = shape.Length - 1, rest = i; d >= 0; rest /= shape[d--]) index[d] = rest % shape[d];
            yield return index;
        }
    }

    /// <summary>The element at an index, with missing leading axes and axes of size 1 broadcast.</summary>
    public static float At(this Tensor tensor, ReadOnlySpan<int> index)
    {
        int at = 0, shift = index.Length - tensor.Shape.Rank;
        for (int d = 0; d < tensor.Shape.Rank; d++) at = (at * tensor.Shape[d]) + (tensor.Shape[d] == 1 ? 0 : index[shift + d]);
        return tensor.Span<float>()[at];
    }

    public static void AssertClose(IReadOnlyList<float> expected, IReadOnlyList<float> actual, double tolerance = 1e-5)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < expected.Count; i++)
            Assert.True(
                expected[i].Equals(actual[i]) || Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])),
                $"[{i}]: {actual[i]:R} instead of {expected[i]:R}");
    }

    public static CimException Refused(string op, AttributeMap? attributes, params Tensor?[] inputs)
    {
        var e = Assert.Throws<CimException>(() => All(op, attributes, inputs));
        Assert.Equal(ErrorCodes.InvalidGraph, e.Code);
        Assert.Contains(op, e.Message, StringComparison.Ordinal);
        return e;
    }
}
