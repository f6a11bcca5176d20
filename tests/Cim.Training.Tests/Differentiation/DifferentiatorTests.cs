using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Xunit;

namespace Cim.Training.Tests.Differentiation;

/// <summary>The walk from the loss back to the parameters.</summary>
public sealed class DifferentiatorTests
{
    [Fact]
    public void Operators_without_a_rule_are_all_named()
    {
        var builder = new GraphBuilder("g");
        string x = builder.Initializer(Tensors.Float("x", [1, 2, 3], [3]));
        NodeProto first = builder.Node("Atan", [x]);
        first.Name = "the_first";
        NodeProto second = builder.Node("Tan", [first.Output[0]]);
        second.Name = "the_second";
        CimException error = Assert.Throws<CimException>(() => Evaluate.Gradient(builder, second.Output[0], x));
        Assert.Equal(ErrorCodes.NotDifferentiable, error.Code);
        Assert.Contains("Atan 'the_first'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Tan 'the_second'", error.Message, StringComparison.Ordinal);
    }
}
