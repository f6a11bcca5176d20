using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes.Transposed;

/// <summary>Collects the nodes that a transposed convolution becomes.</summary>
/// <param name="editor">Names and constants.</param>
/// <param name="node">The transposed convolution.</param>
/// <param name="chain">What is done with each element of its output.</param>
/// <param name="weights">Its weights.</param>
internal sealed class PhaseBuilder(GraphEditor editor, Node node, PointwiseChain chain, TransposedWeights weights)
{
    private readonly List<Node> _nodes = [];
    private readonly Dictionary<string, string> _crops = new(StringComparer.Ordinal);

    /// <summary>Appends a node with one new output, and returns that.</summary>
    public string Add(string op, string name, ImmutableArray<string> inputs, AttributeMap attributes)
    {
        string unique = name == node.Name ? name : editor.FreshNode(name), output = editor.FreshValue(name);
        for (int i = 2; _nodes.Any(n => n.Name == unique); i++) unique = editor.FreshNode($"{name}_{i}");
        for (int i = 2; _nodes.Any(n => n.Outputs.Contains(output)); i++) output = editor.FreshValue($"{name}_{i}");
        _nodes.Add(new Node(op, unique, inputs, [output], attributes));
        return output;
    }

    /// <summary>A constant list of integers.</summary>
    public string Integers(string name, ReadOnlySpan<long> values) =>
        editor.AddConstant(name, Tensor.Create(new Shape(values.Length), values));

    /// <summary>One convolution that computes these phases, and the chain behind it.</summary>
    public string Convolve(string name, ImmutableArray<ImmutableArray<AxisPhase>> phases)
    {
        ImmutableArray<AxisPhase> window = phases.MaxBy(p => p.Sum(a => a.Taps.Length));
        ImmutableArray<string> constants = weights.Write(editor, _nodes, name, phases);
        AttributeMap attributes = AttributeMap.Empty
            .With("dilations", [.. window.Select(a => (long)a.Dilation)])
            .With("group", weights.Groups)
            .With("kernel_shape", [.. window.Select(a => (long)a.Kernel)])
            .With("pads", [.. window.Select(a => Math.Max(0L, a.Begin)), .. window.Select(a => Math.Max(0L, a.End))])
            .With("strides", [.. window.Select(_ => 1L)]);
        string value = Add("Conv", name, [Cropped(window), .. constants], attributes);
        foreach (Node next in chain.Nodes)
            value = Add(next.Op, $"{next.Name}{name[node.Name.Length..]}", next.Inputs.SetItem(0, value), next.Attributes);
        return value;
    }

    /// <summary>Appends zeros behind each spatial axis, which are cut off again.</summary>
    public string Pad(string value, long[] missing)
    {
        if (missing.All(m => m == 0)) return value;
        long[] none = new long[2 + missing.Length];
        return Add("Pad", value + "_pad", [value, Integers(value + "_pads", [.. none, 0, 0, .. missing])], AttributeMap.Empty);
    }

    /// <summary>The nodes, the last of which computes <paramref name="result"/>.</summary>
    public IEnumerable<Node> Named(string result) => _nodes.Select((n, i) => i == _nodes.Count - 1 ? n with { Outputs = [result] } : n);

    /// <summary>The input without those positions that no kernel position reads.</summary>
    private string Cropped(ImmutableArray<AxisPhase> window)
    {
        string input = node.Inputs[0];
        if (window.All(a => a.Begin >= 0 && a.End >= 0)) return input;
        long[] starts = [.. window.Select(a => Math.Max(0L, -a.Begin))], ends = [.. window.Select(a => Math.Max(0L, -a.End))];
        string key = string.Join(',', starts.Concat(ends));
        if (_crops.TryGetValue(key, out string? cropped)) return cropped;
        Shape shape = editor.ShapeOf(input);
        string name = node.Name + "_input";
        return _crops[key] = Add("Slice", name,
            [
                input, Integers(name + "_starts", starts), Integers(name + "_ends", [.. ends.Select((e, i) => shape[i + 2] - e)]),
                Integers(name + "_axes", [.. window.Select((_, i) => i + 2L)]),
            ],
            AttributeMap.Empty);
    }
}
