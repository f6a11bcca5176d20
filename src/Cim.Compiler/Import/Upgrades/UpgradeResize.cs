using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Upgrades;

/// <summary>Upsample (opset 7, 9) and Resize of opset 10 are today's Resize with asymmetric coordinates, rounding down.</summary>
internal static class UpgradeResize
{
    public static Node FromUpsample(Node node, UpgradeContext context)
    {
        ImmutableArray<float> listed = node.Attributes.Floats("scales");
        string scales = !listed.IsDefault ? context.Add(
            node.Name + "_scales", Tensor.Create<float>(new Shape(listed.Length), listed.AsSpan()))
            : node.Inputs.Length > 1 ? node.Inputs[1]
            : throw OperatorUpgrade.Unsupported("it has no scales");
        string mode = node.Attributes.String("mode", "nearest");
        return new Node("Resize", node.Name, [node.Inputs[0], "", scales], node.Outputs, AttributeMap.Empty
            .With("mode", mode == "bilinear" ? "linear" : mode)
            .With("coordinate_transformation_mode", "asymmetric")
            .With("nearest_mode", "floor"));
    }
}
