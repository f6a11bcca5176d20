using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Shapes;

/// <summary>Selection along an axis: dy is added up at the selected positions (positions may repeat).</summary>
internal sealed class GatherGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Gather"];

    public void Differentiate(GradientContext context)
    {
        GraphBuilder builder = context.Builder;
        long[] data = context.InputShape(0);
        long[] indices = context.InputShape(1);
        int axis = GradientContext.Axis(Attributes.GetInt(context.Node, "axis", 0), data.Length);
        int rank = data.Length - 1 + indices.Length;

        // The indexed axes come first, so that one ScatterND adds whole slabs.
        long[] first = [.. Range(axis, indices.Length), .. Range(0, axis), .. Range(axis + indices.Length, rank - axis - indices.Length)];
        string slabs = context.Transpose(context.OutputGradient, first);
        string negative = builder.Op("Less", context.Input(1), builder.IntScalar(0));
        string positions = builder.Op(
            "Where", negative, builder.Op("Add", context.Input(1), builder.IntScalar(data[axis])), context.Input(1));
        long[] rest = [.. data[..axis], .. data[(axis + 1)..]];
        string zeros = context.Zeros([data[axis], .. rest]);
        string sum = builder.Op(
            "ScatterND", [zeros, context.Reshape(positions, [.. indices, 1]), slabs], Attributes.String("reduction", "add"));
        context.Add(0, context.Transpose(sum, [.. Range(1, axis), 0, .. Range(axis + 1, rest.Length - axis)]));
    }

    private static IEnumerable<long> Range(int start, int count) => Enumerable.Range(start, count).Select(axis => (long)axis);
}
