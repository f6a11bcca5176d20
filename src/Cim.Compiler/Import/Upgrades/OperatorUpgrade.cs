using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Upgrades;

/// <summary>Rewrites a node of opset 1 to 28 into the form of opset 23, the only one later passes and the operators know.</summary>
internal static class OperatorUpgrade
{
    /// <returns>The node itself, or the nodes that compute the same.</returns>
    /// <exception cref="CimException">CIM0003: a variant that is not supported.</exception>
    public static IEnumerable<Node> Upgrade(Node node, UpgradeContext context) => context.Opset >= 7
        ? ToNewest(node, context)
        : UpgradeLegacy.Upgrade(node, context).SelectMany(n => ToNewest(n, context));

    private static IEnumerable<Node> ToNewest(Node node, UpgradeContext context) => node.Op switch
    {
        "Constant" => Constant(node, context),
        "Dropout" => Dropout(node, context),
        "BatchNormalization" => BatchNormalization(node, context),
        "Cast" => [Cast(node)],
        "Softmax" or "LogSoftmax" or "Hardmax" when context.Opset < 13 => UpgradeSoftmax.ToSingleAxis(node, context),
        "Resize" when node.Attributes.Int("antialias", 0) != 0 => throw Unsupported("antialias is not supported"),
        "Upsample" or "Resize" when context.Opset < 11 || node.Op == "Upsample" => [UpgradeResize.FromUpsample(node, context)],
        "QuantizeLinear" or "DequantizeLinear" => [UpgradeQuantization.Upgrade(node, context)],
        "MaxPool" => [MaxPool(node, context)],
        "DFT" when node.Attributes.Int("inverse", 0) != 0 && node.Attributes.Int("onesided", 0) != 0 =>
            throw Unsupported("the inverse of half a spectrum (onesided) is not supported; give the whole spectrum"),
        "RoiAlign" when context.Opset < 16 && !node.Attributes.Has("coordinate_transformation_mode") =>
            [node with { Attributes = node.Attributes.With("coordinate_transformation_mode", "output_half_pixel") }],
        "Scatter" => [node with { Op = "ScatterElements" }],
        "GridSample" => [node with { Attributes = node.Attributes.With("mode", SampleMode(node.Attributes.String("mode", "linear"))) }],
        _ => [AttributesToInputs.Upgrade(node, context)],
    };

    private static IEnumerable<Node> Constant(Node node, UpgradeContext context)
    {
        AttributeMap a = node.Attributes;
        Tensor value = a.Tensor("value") ?? a.Values.FirstOrDefault(v => v.Key.StartsWith("value_", StringComparison.Ordinal)).Value switch
        {
            AttributeValue.Float f => Tensor.Scalar(f.Value),
            AttributeValue.Int i => Tensor.Scalar(i.Value),
            AttributeValue.Floats f => Tensor.Create<float>(new Shape(f.Values.Length), f.Values.AsSpan()),
            AttributeValue.Ints i => Tensor.Create<long>(new Shape(i.Values.Length), i.Values.AsSpan()),
            _ => throw Unsupported("only constants of numbers are supported"),
        };
        context.Define(node.Outputs[0], value);
        return [];
    }

    private static IEnumerable<Node> Dropout(Node node, UpgradeContext context)
    {
        if (node.Inputs.Length > 2 && node.Inputs[2].Length > 0
            && !(context.Constant(node.Inputs[2]) is { Type: ElementType.Bool, Length: 1 } training && training.Data.Span[0] == 0))
            throw Unsupported("training mode is not supported; export the model for inference");
        yield return new Node("Identity", node.Name, [node.Inputs[0]], [node.Outputs[0]], AttributeMap.Empty);
        if (node.Outputs.Length < 2 || !context.IsUsed(node.Outputs[1])) yield break;

        // In inference nothing is dropped: the mask is all true.
        string shape = context.Fresh(node.Name + "_shape");
        yield return new Node("Shape", node.Name + "_shape", [node.Inputs[0]], [shape], AttributeMap.Empty);
        yield return new Node("ConstantOfShape", node.Name
            + "_mask", [shape], [node.Outputs[1]], AttributeMap.Empty.With("value", new AttributeValue.TensorValue(Ones())));
    }

    private static Tensor Ones() => new(ElementType.Bool, new Shape(1), new byte[] { 1 });

    private static IEnumerable<Node> BatchNormalization(Node node, UpgradeContext context)
    {
        if (node.Attributes.Int("training_mode", 0) != 0 || node.Outputs.Skip(1).Any(context.IsUsed))
            throw Unsupported("training mode is not supported; export the model for inference");
        if (node.Attributes.Int("spatial", 1) != 1) throw Unsupported("statistics per position (spatial=0) are not supported");
        yield return node with
        {
            Outputs = [node.Outputs[0]],
            Attributes = node.Attributes.Without("momentum").Without("spatial").Without("training_mode"),
        };
    }

    /// <summary>Types the SDK does not compute with are cast to the ones constants of that type are converted to.</summary>
    internal static Node Cast(Node node)
    {
        long to = node.Attributes.Int("to", 0);
        ElementType type = TensorConverter.TypeOf(checked((int)to))
            ?? throw Unsupported($"casting to ONNX element type {to} is not supported");
        AttributeMap attributes = node.Attributes.With("to", (long)type).Without("saturate");
        // A number that is held by a wider type still is one of its own type.
        return node with
        {
            Attributes = Runtime.Operators.Elementwise.Cast.NarrowInteger(to) is null
                && !Runtime.Operators.Elementwise.Cast.IsNarrowFloat(to)
                ? attributes
                : attributes.With(Runtime.Operators.Elementwise.Cast.NarrowAttribute, to),
        };
    }

    private static string SampleMode(string mode) => mode switch
    {
        "bilinear" => "linear",
        "bicubic" => "cubic",
        _ => mode,
    };

    private static Node MaxPool(Node node, UpgradeContext context)
    {
        if (node.Outputs.Length < 2) return node;
        return context.IsUsed(node.Outputs[1]) ? node : node with { Outputs = [node.Outputs[0]] };
    }

    internal static CimException Unsupported(string reason) => new(ErrorCodes.UnsupportedOperators, reason);
}
