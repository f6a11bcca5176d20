using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Plans;

/// <summary>
/// Gives the quantized network of one size another size: the same nodes, weights, scales and ranges, with the shapes, the constants and
/// the attributes that a size decides taken from the network as it was imported at the other size.
/// </summary>
/// <param name="imported">The network as imported at the size it was quantized at.</param>
/// <param name="other">The same as imported at the other size.</param>
internal sealed class PlanRebinding(Graph imported, Graph other)
{
    /// <summary>Why the two imports are not the same network in two sizes; null if they are.</summary>
    public string? Difference()
    {
        if (imported.Nodes.Length != other.Nodes.Length)
            return $"it has {imported.Nodes.Length} operators at one size and {other.Nodes.Length} at the other";
        for (int i = 0; i < imported.Nodes.Length; i++)
        {
            (Node a, Node b) = (imported.Nodes[i], other.Nodes[i]);
            if (a.Op != b.Op || a.Name != b.Name || !a.Inputs.SequenceEqual(b.Inputs) || !a.Outputs.SequenceEqual(b.Outputs))
                return $"operator '{a.Name}' ({a.Op}) is '{b.Name}' ({b.Op}) at the other size, or reads other values";
        }

        return null;
    }

    /// <summary>The quantized network at the other size; <see cref="Difference"/> is null.</summary>
    /// <param name="quantized">The quantized network.</param>
    /// <param name="problem">What of it depends on the size in a way that cannot be followed; null if nothing does.</param>
    public Graph? Rebind(Graph quantized, out string? problem)
    {
        Dictionary<string, AttributeMap> before = Attributes(imported), after = Attributes(other);
        var nodes = ImmutableArray.CreateBuilder<Node>(quantized.Nodes.Length);
        foreach (Node node in quantized.Nodes)
        {
            bool isSized = before.TryGetValue(node.Name, out AttributeMap? own) && !Same(own, after[node.Name]);
            problem = isSized && !Same(own!, node.Attributes) ? $"the attributes of operator '{node.Name}' ({node.Op})" : null;
            if (problem is not null) return null;
            nodes.Add(isSized ? node with { Attributes = after[node.Name] } : node);
        }

        ImmutableDictionary<string, Tensor>.Builder constants = quantized.Constants.ToBuilder();
        foreach ((string name, Tensor value) in imported.Constants)
        {
            if (!other.Constants.TryGetValue(name, out Tensor? sized) || Same(value, sized)) continue;
            problem = !quantized.Constants.TryGetValue(name, out Tensor? kept) ? $"the constant '{name}', which quantization replaced"
                : !Same(value, kept) ? $"the constant '{name}', which quantization changed" : null;
            if (problem is not null) return null;
            constants[name] = sized;
        }

        Graph rebound = ShapeInference.Infer(quantized with
        {
            Nodes = nodes.MoveToImmutable(),
            Constants = constants.ToImmutable(),
            Values = other.Inputs.ToImmutableDictionary(i => i, i => other.Values[i], StringComparer.Ordinal),
        });
        problem = rebound.Values.Where(v => other.Values.TryGetValue(v.Key, out ValueInfo? info) && info.Shape != v.Value.Shape)
            .Select(v => $"the shape of '{v.Key}'").Order(StringComparer.Ordinal).FirstOrDefault();
        return problem is null ? rebound : null;
    }

    private static Dictionary<string, AttributeMap> Attributes(Graph graph) =>
        graph.Nodes.ToDictionary(n => n.Name, n => n.Attributes, StringComparer.Ordinal);

    private static bool Same(Tensor a, Tensor b) =>
        a.Type == b.Type && a.Shape == b.Shape && a.Data.Span.SequenceEqual(b.Data.Span);

    private static bool Same(AttributeMap a, AttributeMap b) => a.Values.Count == b.Values.Count
        && a.Values.All(v => b.Values.TryGetValue(v.Key, out AttributeValue? value) && Same(v.Value, value));

    private static bool Same(AttributeValue a, AttributeValue b) => (a, b) switch
    {
        (AttributeValue.Ints x, AttributeValue.Ints y) => x.Values.SequenceEqual(y.Values),
        (AttributeValue.Floats x, AttributeValue.Floats y) => x.Values.SequenceEqual(y.Values),
        (AttributeValue.Strings x, AttributeValue.Strings y) => x.Values.SequenceEqual(y.Values),
        (AttributeValue.TensorValue x, AttributeValue.TensorValue y) => Same(x.Value, y.Value),
        _ => a.Equals(b),
    };
}
