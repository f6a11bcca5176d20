using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Upgrades;

/// <summary>Attributes of older opsets that are inputs today become constants.</summary>
internal static class AttributesToInputs
{
    public static Node Upgrade(Node node, UpgradeContext context) => node.Op switch
    {
        "TopK" when node.Attributes.Has("k") => Scalar(node, context, "k", 1, rank: 1, 0),
        "DFT" when context.Opset < 20 => Scalar(node, context, "axis", 2, rank: 0, 1),
        "Clip" => Scalars(node, context, ("min", 1), ("max", 2)),
        "Squeeze" or "Unsqueeze" or "ReduceSum" or "ReduceMean" or "ReduceMax" or "ReduceMin" or "ReduceProd"
            or "ReduceL1" or "ReduceL2" or "ReduceSumSquare" or "ReduceLogSum" or "ReduceLogSumExp" => Lists(node, context, ("axes", 1)),
        "Split" => NumberParts(Lists(node, context, ("split", 1))),
        "Slice" => Lists(node, context, ("starts", 1), ("ends", 2), ("axes", 3)),
        "Pad" => Scalars(Lists(node, context, ("pads", 1)), context, ("value", 2)),
        _ => node,
    };

    private static Node NumberParts(Node node) =>
        (node.Inputs.Length > 1 && node.Inputs[1].Length > 0) || node.Attributes.Has("num_outputs") ? node
        : node with { Attributes = node.Attributes.With("num_outputs", node.Outputs.Length) };

    private static Node Lists(Node node, UpgradeContext context, params ReadOnlySpan<(string Attribute, int Input)> moves)
    {
        foreach ((string attribute, int input) in moves)
        {
            ImmutableArray<long> values = node.Attributes.Ints(attribute);
            if (values.IsDefault) continue;
            node = WithInput(node, input, context.Add($"{node.Name}_{attribute}", values.AsSpan())) with
            {
                Attributes = node.Attributes.Without(attribute),
            };
        }

        return node;
    }

    private static Node Scalar(Node node, UpgradeContext context, string attribute, int input, int rank, long orElse)
    {
        long[] value = [node.Attributes.Int(attribute, orElse)];
        Tensor tensor = Tensor.Create<long>(rank == 0 ? Shape.Scalar : new Shape(1), value);
        return WithInput(node, input, context.Add($"{node.Name}_{attribute}", tensor)) with
        {
            Attributes = node.Attributes.Without(attribute),
        };
    }

    private static Node Scalars(Node node, UpgradeContext context, params ReadOnlySpan<(string Attribute, int Input)> moves)
    {
        foreach ((string attribute, int input) in moves)
        {
            if (!node.Attributes.Has(attribute)) continue;
            Tensor value = Tensor.Scalar(node.Attributes.Float(attribute, 0));
            node = WithInput(node, input, context.Add($"{node.Name}_{attribute}", value)) with
            {
                Attributes = node.Attributes.Without(attribute),
            };
        }

        return node;
    }

    private static Node WithInput(Node node, int index, string value)
    {
        List<string> inputs = [.. node.Inputs];
        while (inputs.Count <= index) inputs.Add("");
        inputs[index] = value;
        return node with { Inputs = [.. inputs] };
    }
}
