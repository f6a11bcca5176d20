using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Format;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Locking;

/// <summary>
/// The binary form of a <see cref="Graph"/> beside one that is known already: what both have alike is only named, and constants that differ
/// by powers of two (channels that were equalized) are stored as exponents, a quarter of the bytes and few different ones.
/// </summary>
internal static class GraphCodec
{
    private const byte Same = 0, Scaled = 1;

    public static void Write(ByteWriter w, Graph graph, Graph known, DataBlob data)
    {
        string[] names = [.. graph.Values.Keys.Order(StringComparer.Ordinal)];
        Dictionary<string, int> index = names.Select((name, i) => (name, i)).ToDictionary(n => n.name, n => n.i, StringComparer.Ordinal);
        var derived = new List<(string Name, Tensor? Exponents)>();
        foreach ((string name, Tensor value) in graph.Constants.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            if (!known.Constants.TryGetValue(name, out Tensor? other) || other.Type != value.Type || other.Shape != value.Shape) continue;
            if (other.Data.Span.SequenceEqual(value.Data.Span)) derived.Add((name, null));
            else if (Exponents(other, value) is { } exponents) derived.Add((name, exponents));
        }

        HashSet<string> others = [.. derived.Select(d => d.Name)];
        ProgramCodec.Write(w, new ModelProgram(
            [.. names.Select(n => new ProgramValue(
                n, graph.Values[n].Type, graph.Values[n].Shape, others.Contains(n) ? null : graph.Constants.GetValueOrDefault(n)))],
            [.. graph.Nodes.Select(n => new ProgramStep(n.Op, n.Name, Indices(n.Inputs), Indices(n.Outputs), n.Attributes))],
            [],
            Indices(graph.Inputs),
            Indices(graph.Outputs)), data);
        w.String(graph.Name);
        w.List(derived, (w, d) =>
        {
            w.String(d.Name);
            w.Byte(d.Exponents is null ? Same : Scaled);
            if (d.Exponents is { } exponents) ProgramCodec.Tensor(w, exponents, data);
        });

        ImmutableArray<int> Indices(ImmutableArray<string> values) => [.. values.Select(v => v.Length == 0 ? -1 : index[v])];
    }

    /// <exception cref="CimException">CIM4001: the bytes are no graph, or one beside another known graph.</exception>
    public static Graph Read(ByteReader r, Graph known, ReadOnlyMemory<byte> data)
    {
        ModelProgram program = ProgramCodec.Read(r, data);
        string graphName = r.String();
        ImmutableDictionary<string, Tensor>.Builder constants = ImmutableDictionary.CreateBuilder<string, Tensor>(StringComparer.Ordinal);
        foreach (ProgramValue value in program.Values)
            if (value.Constant is { } own && !constants.TryAdd(value.Name, own))
                throw CimFile.Corrupt($"value '{value.Name}' is there twice");
        foreach ((string name, Tensor? exponents) in r.List(5, r => (r.String(), r.Byte() == Scaled ? ProgramCodec.Tensor(r, data) : null)))
        {
            if (!known.Constants.TryGetValue(name, out Tensor? other)
                || !constants.TryAdd(name, exponents is null ? other : Scale(other, exponents)))
                throw CimFile.Corrupt($"constant '{name}' is not one of the model");
        }

        if (program.Values.GroupBy(v => v.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw CimFile.Corrupt($"value '{twice.Key}' is there twice");
        return new Graph
        {
            Name = graphName,
            Inputs = Names(program.Inputs),
            Outputs = Names(program.Outputs),
            Nodes = [.. program.Steps.Select(s => new Node(s.Op, s.Name, Names(s.Inputs), Names(s.Outputs), s.Attributes))],
            Constants = constants.ToImmutable(),
            Values = program.Values.ToImmutableDictionary(v => v.Name, v => new ValueInfo(v.Type, v.Shape), StringComparer.Ordinal),
        };

        ImmutableArray<string> Names(ImmutableArray<int> indices) =>
            [.. indices.Select(i => i == -1
                ? ""
                : (uint)i < (uint)program.Values.Length ? program.Values[i].Name
                : throw CimFile.Corrupt("it names a value that is not there"))];
    }

    /// <summary>The powers of two between two tensors; null if anything else is.</summary>
    private static Tensor? Exponents(Tensor from, Tensor to)
    {
        if (from.Type != ElementType.Float32) return null;
        ReadOnlySpan<float> a = from.Span<float>(), b = to.Span<float>();
        sbyte[] exponents = new sbyte[a.Length];
        for (int i = 0; i < a.Length; i++)
        {
            if (a[i] == b[i]) continue;
            double exponent = a[i] == 0 ? double.NaN : Math.Round(Math.Log2(Math.Abs((double)b[i] / a[i])));
            if (!(Math.Abs(exponent) <= sbyte.MaxValue)) return null;
            exponents[i] = (sbyte)exponent;
            if (BitConverter.SingleToInt32Bits(MathF.ScaleB(a[i], exponents[i])) != BitConverter.SingleToInt32Bits(b[i])) return null;
        }

        // A zero of the other sign compares equal and is not.
        return Scale(from, Tensor.Create<sbyte>(from.Shape, exponents)).Data.Span.SequenceEqual(to.Data.Span)
            ? Tensor.Create<sbyte>(from.Shape, exponents)
            : null;
    }

    private static Tensor Scale(Tensor tensor, Tensor exponents)
    {
        if (tensor.Type != ElementType.Float32 || exponents.Type != ElementType.Int8 || exponents.Length != tensor.Length)
            throw CimFile.Corrupt("its factors do not fit the model");
        float[] values = tensor.Span<float>().ToArray();
        ReadOnlySpan<sbyte> by = exponents.Span<sbyte>();
        for (int i = 0; i < values.Length; i++)
            if (by[i] != 0) values[i] = MathF.ScaleB(values[i], by[i]);
        return Tensor.Create<float>(tensor.Shape, values);
    }
}
