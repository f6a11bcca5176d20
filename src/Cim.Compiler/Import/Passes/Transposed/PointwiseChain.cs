using System.Collections.Immutable;
using Cim.Compiler.Ir;

namespace Cim.Compiler.Import.Passes.Transposed;

/// <summary>Operators behind a value, each the only reader of the one before, that treat all elements alike: where elements lie does not
/// matter to them.</summary>
/// <param name="Nodes">In order; input 0 is the value, all others are constants of one element.</param>
/// <param name="Result">What the last one computes, or the value itself.</param>
internal sealed record PointwiseChain(ImmutableArray<Node> Nodes, string Result)
{
    private static readonly ImmutableHashSet<string> _pointwise = ImmutableHashSet.Create(StringComparer.Ordinal,
        "Abs", "Celu", "Clip", "DequantizeLinear", "Elu", "Erf", "Exp", "Gelu", "HardSigmoid", "HardSwish", "LeakyRelu", "Mish", "Mul",
        "QuantizeLinear", "Relu", "Selu", "Sigmoid", "Softplus", "Softsign", "Swish", "Tanh", "ThresholdedRelu");

    /// <summary>The longest such chain.</summary>
    public static PointwiseChain Behind(GraphEditor editor, string value)
    {
        var nodes = ImmutableArray.CreateBuilder<Node>();
        while (editor.OnlyReader(value) is { } next && _pointwise.Contains(next.Op) && next.Inputs[0] == value
            && next.Inputs.Skip(1).All(i => i.Length == 0 || editor.Constant(i) is { Length: 1 })
            && editor.ShapeOf(next.Outputs[0]) == editor.ShapeOf(value))
        {
            nodes.Add(next);
            value = next.Outputs[0];
        }

        return new PointwiseChain(nodes.ToImmutable(), value);
    }

    /// <summary>Takes the chain out of the graph.</summary>
    public void Remove(GraphEditor editor)
    {
        foreach (Node node in Nodes) editor.Remove(node);
    }
}
