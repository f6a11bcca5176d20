using Cim.Onnx;
using Cim.Onnx.Proto;
using Cim.Runtime;

namespace Cim.Training.Ort;

/// <summary>What native code must not see of a graph that is to be trained, whoever wrote it.</summary>
internal static class NativeGraph
{
    /// <exception cref="CimException">CIM0016: ONNX Runtime would end the process at an output without a name.</exception>
    public static void Require(GraphProto graph)
    {
        string[] problems = [.. OptionalOutputs.Missing(graph.Node)];
        if (problems.Length > 0)
            throw new CimException(
                ErrorCodes.NotRunnable, $"'{graph.Name}' is not valid for ONNX Runtime: {string.Join("; ", problems)}.");
    }
}
