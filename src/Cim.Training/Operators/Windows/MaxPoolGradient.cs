using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Windows;

/// <summary>Max pooling: dy goes to the position each maximum came from (the Indices output), added up where windows overlap.</summary>
internal sealed class MaxPoolGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["MaxPool"];

    public void Differentiate(GradientContext context)
    {
        if (Attributes.GetInt(context.Node, "storage_order", 0) != 0)
            throw context.Unsupported("storage_order = 1 has no rule");
        if (context.Node.Output.Count == 1)
            context.Node.Output.Add(context.Builder.Unique(context.Output() + "/indices"));
        long[] dims = context.InputShape(0);
        long[] outputDims = context.OutputShape();
        WindowGeometry geometry = WindowGeometry.Of(context.Node, dims, outputDims);
        bool overlaps = geometry.Kernel.Where((length, i) => geometry.Strides[i] < ((length - 1) * geometry.Dilations[i]) + 1).Any();
        string zeros = context.Zeros([Tensors.Count(dims)]);
        string positions = context.Reshape(context.Node.Output[1], [-1]);
        string dy = context.Reshape(context.OutputGradient, [-1]);
        string scattered = overlaps
            ? context.Builder.Op(
                "ScatterElements", [zeros, positions, dy], Attributes.Int("axis", 0), Attributes.String("reduction", "add"))
            : context.Builder.Op("ScatterElements", [zeros, positions, dy], Attributes.Int("axis", 0));
        context.Add(0, context.Reshape(scattered, dims));
    }
}
