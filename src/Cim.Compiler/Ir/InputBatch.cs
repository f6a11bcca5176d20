using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Ir;

/// <summary>How many samples of a run the shape of an input has.</summary>
internal static class InputBatch
{
    /// <summary>The batch is a dimension behind the first.</summary>
    public const int Behind = -1;

    /// <summary>Samples along the first dimension: a fixed number, or 0 for any; 1 for an input without a batch dimension.</summary>
    public static int Of(Shape shape)
    {
        if (shape.Rank <= 1 && !shape.IsSymbolic) return 1;
        for (int i = 1; i < shape.Rank; i++)
            if (shape[i] < 0) return Behind;
        return shape[0] < 0 ? 0 : shape[0];
    }

    /// <summary>True if the first dimension is 1, or 1 where the batch is, and the rest is the shape of a sample.</summary>
    public static bool LeadsWithOne(Shape shape) => Of(shape) == 0 || (shape.Rank > 1 && shape[0] == 1);

    /// <summary>Samples of a run of a graph bound to a batch of 1: the first dimension all its inputs have alike, else 1.</summary>
    public static int Of(Graph graph)
    {
        if (graph.HasSymbolicBatch || graph.Inputs.IsEmpty) return 1;
        int first = Of(graph.Values[graph.Inputs[0]].Shape);
        return graph.Inputs.All(i => Of(graph.Values[i].Shape) == first) ? Math.Max(1, first) : 1;
    }
}
