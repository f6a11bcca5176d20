using System.Collections.Immutable;
using Cim.Compiler.Import.Rewrites.Shapes;
using Cim.Compiler.Ir;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Upgrades;

/// <summary>Operators of opset 1 to 6 in the form of opset 7: explicit broadcasting, attributes that became inputs, and operators that the
/// standard has dropped since.</summary>
internal static class UpgradeLegacy
{
    /// <summary>The nodes in place of one; all but the last only prepare its inputs.</summary>
    /// <exception cref="CimException">CIM0003: a variant that is not supported.</exception>
    public static ImmutableArray<Node> Upgrade(Node node, UpgradeContext context) => ByOperator(WithoutHints(node), context);

    /// <summary>Without attributes that never changed a result, and that ONNX Runtime refuses today: which memory may be computed into,
    /// whether a normalisation is in use or in training, and whether the third input of Gemm may be smaller.</summary>
    private static Node WithoutHints(Node node)
    {
        AttributeMap attributes = node.Attributes.Without("consumed_inputs").Without("is_test");
        return node with { Attributes = node.Op == "Gemm" ? attributes.Without("broadcast") : attributes };
    }

    private static ImmutableArray<Node> ByOperator(Node node, UpgradeContext context) => node.Op switch
    {
        "Add" or "Sub" or "Mul" or "Div" or "Pow" or "And" or "Or" or "Xor" or "Equal" or "Less" or "Greater" => Broadcast(node, context),
        "PRelu" => Align(node, context, 1),
        "Reshape" when !node.Attributes.Ints("shape").IsDefault => [WithInput(node, "shape", context)],
        "Cast" when node.Attributes.Values.GetValueOrDefault("to") is AttributeValue.String name => [Cast(node, name.Value)],
        "Concat" when !node.Attributes.Has("axis") => [node with { Attributes = node.Attributes.With("axis", 1) }],
        "Pad" when !node.Attributes.Ints("paddings").IsDefault =>
            [node with { Attributes = node.Attributes.Without("paddings").With("pads", node.Attributes.Ints("paddings").AsSpan()) }],
        "Upsample" when node.Attributes.Has("height_scale") => [Upsample(node, context)],
        "Tile" when node.Inputs.Length == 3 => throw OperatorUpgrade.Unsupported("tiling of one axis (opset 1) is not supported"),
        "Affine" => Affine(node, context, node.Attributes.Float("alpha", 1), Tensor.Scalar(node.Attributes.Float("beta", 0))),
        "ImageScaler" => ImageScaler(node, context),
        "ScaledTanh" => ScaledTanh(node, context),
        _ => [node],
    };

    private static ImmutableArray<Node> Broadcast(Node node, UpgradeContext context)
    {
        Node plain = node with { Attributes = node.Attributes.Without("broadcast").Without("axis") };
        return node.Attributes.Has("axis") ? Align(plain, context, node.Attributes.Int("axis", 0)) : [plain];
    }

    private static ImmutableArray<Node> Align(Node node, UpgradeContext context, long axis)
    {
        string aligned = context.Fresh(node.Name + "_aligned");
        return
        [
            new Node(AlignBroadcast.Name, context.FreshNode(node.Name + "_align"), node.Inputs, [aligned],
                AttributeMap.Empty.With("axis", axis)),
            node with { Inputs = [node.Inputs[0], aligned] },
        ];
    }

    private static Node WithInput(Node node, string attribute, UpgradeContext context) => node with
    {
        Inputs = [node.Inputs[0], context.Add($"{node.Name}_{attribute}", node.Attributes.Ints(attribute).AsSpan())],
        Attributes = node.Attributes.Without(attribute),
    };

    /// <summary>Types had names, not numbers.</summary>
    private static Node Cast(Node node, string name) =>
        Enum.TryParse(name, ignoreCase: true, out TensorProto.Types.DataType type)
            ? node with { Attributes = node.Attributes.With("to", (long)type) }
            : throw OperatorUpgrade.Unsupported($"casting to '{name}' is not supported");

    private static Node Upsample(Node node, UpgradeContext context)
    {
        float[] scales = [1, 1, node.Attributes.Float("height_scale", 1), node.Attributes.Float("width_scale", 1)];
        return node with
        {
            Inputs = [node.Inputs[0], context.Add(node.Name + "_scales", Tensor.Create<float>(new Shape(4), scales))],
            Attributes = node.Attributes.Without("height_scale").Without("width_scale"),
        };
    }

    /// <summary>x * scale, and a bias for each channel of [N,C,H,W].</summary>
    private static ImmutableArray<Node> ImageScaler(Node node, UpgradeContext context)
    {
        ImmutableArray<float> bias = node.Attributes.Floats("bias");
        if (bias.IsDefaultOrEmpty) bias = [0];
        return Affine(node, context, node.Attributes.Float("scale", 1),
            Tensor.Create(new Shape(bias.Length, 1, 1), bias.AsSpan()));
    }

    private static ImmutableArray<Node> Affine(Node node, UpgradeContext context, float scale, Tensor bias)
    {
        string scaled = context.Fresh(node.Name + "_scaled");
        return
        [
            new Node("Mul", context.FreshNode(node.Name + "_scale"),
                [node.Inputs[0], context.Add(node.Name + "_factor", Tensor.Scalar(scale))], [scaled], AttributeMap.Empty),
            new Node("Add", node.Name, [scaled, context.Add(node.Name + "_bias", bias)], node.Outputs, AttributeMap.Empty),
        ];
    }

    private static ImmutableArray<Node> ScaledTanh(Node node, UpgradeContext context)
    {
        string inner = context.Fresh(node.Name + "_inner"), tanh = context.Fresh(node.Name + "_tanh");
        return
        [
            new Node("Mul", context.FreshNode(node.Name + "_beta"),
                [node.Inputs[0], context.Add(node.Name + "_beta", Tensor.Scalar(node.Attributes.Float("beta", 1)))], [inner],
                AttributeMap.Empty),
            new Node("Tanh", context.FreshNode(node.Name + "_tanh"), [inner], [tanh], AttributeMap.Empty),
            new Node("Mul", node.Name, [tanh, context.Add(node.Name + "_alpha", Tensor.Scalar(node.Attributes.Float("alpha", 1)))],
                node.Outputs, AttributeMap.Empty),
        ];
    }
}
