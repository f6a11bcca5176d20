using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes;

/// <summary>
/// Afterwards no value of one image has more than 2^25 elements (128 MiB): a larger one comes from a damaged file or
/// from a network that is not meant for crossbars, and later stages would run out of memory with a worse message.
/// </summary>
internal sealed class LimitSizes : IGraphPass
{
    public const long MaxElements = 1 << 25;

    public Graph Run(Graph graph)
    {
        // Constants have a limit of their own in FoldConstants.
        foreach (string value in graph.Inputs.Concat(graph.Nodes.SelectMany(n => n.Outputs)))
        {
            if (value.Length == 0) continue;
            Shape shape = graph.Values[value].Shape;
            if (shape.Bind(1).Elements > MaxElements)
                throw new CimException(ErrorCodes.InvalidGraph,
                    $"Value '{value}' has shape {shape}: more than {MaxElements} elements for one image. Export the model with smaller "
                        + $"inputs, or give smaller dimensions.");
        }

        return graph;
    }
}
