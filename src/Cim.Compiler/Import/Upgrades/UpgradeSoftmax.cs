using Cim.Compiler.Ir;
using Cim.Runtime.Program;

namespace Cim.Compiler.Import.Upgrades;

/// <summary>
/// Before opset 13 Softmax (LogSoftmax, Hardmax) worked on the input flattened to a matrix at its axis (default 1);
/// since then along one axis. Flatten, the operator along the last axis, and the shape restored.
/// </summary>
internal static class UpgradeSoftmax
{
    public static IEnumerable<Node> ToSingleAxis(Node node, UpgradeContext context)
    {
        long axis = node.Attributes.Int("axis", 1);
        if (axis == -1) return [node]; // the last axis alone: both definitions agree

        string shape = context.Fresh(node.Name + "_shape"),
            flat = context.Fresh(node.Name + "_flat"),
            result = context.Fresh(node.Name + "_result");
        return
        [
            new Node("Shape", node.Name + "_shape", [node.Inputs[0]], [shape], AttributeMap.Empty),
            new Node("Flatten", node.Name + "_flatten", [node.Inputs[0]], [flat], AttributeMap.Empty.With("axis", axis)),
            node with { Inputs = [flat], Outputs = [result], Attributes = node.Attributes.With("axis", -1) },
            new Node("Reshape", node.Name + "_restore", [result, shape], [node.Outputs[0]], AttributeMap.Empty),
        ];
    }
}
