using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Training.Ort;
using Xunit;

namespace Cim.Training.Tests.Ort;

public sealed class NativeGraphTests
{
    /// <summary>ONNX Runtime would end the process: it is not asked.</summary>
    [Theory]
    [InlineData("Split")]
    [InlineData("TopK")]
    public void A_graph_with_an_output_that_must_have_a_name_is_not_run(string op)
    {
        var graph = new GraphProto { Name = "net" };
        graph.Node.Add(new NodeProto { Name = "parts", OpType = op, Input = { "x" }, Output = { "kept", "" } });
        CimException e = Assert.Throws<CimException>(() => ShapeProbe.Run(graph));
        Assert.Equal(ErrorCodes.NotRunnable, e.Code);
        Assert.Contains($"node 'parts' ({op}): output 1 has no name", e.Message, StringComparison.Ordinal);
        Assert.Throws<CimException>(() => new PinnedSession(graph, new Dictionary<string, float[]>(), parts: 1));
    }
}
