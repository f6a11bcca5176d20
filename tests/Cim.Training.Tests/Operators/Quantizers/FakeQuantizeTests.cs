using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Differentiation;
using Cim.Training.Networks;
using Cim.Training.Operators.Quantizers;
using Cim.Training.Operators;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Quantizers;

/// <summary>Rounding to the codes of a step, with the gradients of LSQ.</summary>
public sealed class FakeQuantizeTests
{
    [Fact]
    public void Step_gradients_are_those_of_the_paper()
    {
        // LSQ, arXiv 1902.08153, equation 3: d/ds = round(v) - v inside, -Qn or Qp outside; d/dx = 1 inside; both times 1 / sqrt(n Qp).
        float[] x = [-3f, -1.1f, -0.4f, 0.26f, 0.9f, 2.4f, 5f];
        float step = 0.5f;
        (float low, float high) = (-3, 3);
        var builder = new GraphBuilder("lsq");
        string input = builder.Initializer(Tensors.Float("x", x, [x.Length]));
        string s = builder.Initializer(Tensors.Float("s", [step], []));
        NodeProto node = builder.Node(
            FakeQuantize.OperatorType, [input, s, builder.Scalar(low), builder.Scalar(high)], 2, TrainingDomain.Name);
        node.Attribute.Add(Attributes.Int("elements", x.Length));
        float[] dx = Evaluate.Gradient(new GraphBuilder(builder.Graph.Clone()), node.Output[0], input);
        float[] ds = Evaluate.Gradient(new GraphBuilder(builder.Graph.Clone()), node.Output[0], s);
        double expected = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double v = x[i] / step;
            bool inside = v >= low && v <= high;
            Assert.Equal(inside ? 1 : 0, dx[i]);
            expected += inside ? Math.Round(v) - v : Math.Clamp(v, low, high);
        }

        Assert.Equal(expected / Math.Sqrt(x.Length * high), ds[0], 1e-5);
    }

    [Fact]
    public void Values_are_rounded_to_even_and_clipped_and_the_codes_come_with_them()
    {
        var builder = new GraphBuilder("codes");
        string x = builder.Initializer(Tensors.Float("x", [-9, -0.75f, 0.2f, 0.25f, 0.75f, 9], [6]));
        NodeProto node = builder.Node(
            FakeQuantize.OperatorType, [x, builder.Scalar(0.5), builder.Scalar(-4), builder.Scalar(3)], 2, TrainingDomain.Name);
        Assert.Equal([-4, -2, 0, 0, 2, 3], Lowered(builder, node.Output[1], 6));
        Assert.Equal([-2, -1, 0, 0, 1, 1.5f], Lowered(builder, node.Output[0], 6));
    }

    [Fact]
    public void Binary_codes_are_the_sign()
    {
        var builder = new GraphBuilder("binary");
        string x = builder.Initializer(Tensors.Float("x", [-9, -0.3f, 0.1f, 4], [4]));
        NodeProto node = builder.Node(
            FakeQuantize.OperatorType,
            [x, builder.Scalar(0.5), builder.Scalar(-1), builder.Scalar(1), builder.Scalar(-1), builder.Scalar(2)], 2, TrainingDomain.Name);
        Assert.Equal([-1, -1, 1, 1], Lowered(builder, node.Output[1], 4));
    }

    private static float[] Lowered(GraphBuilder builder, string value, int length) => Evaluate.Values(
        CompositeOperators.Lower(builder.Graph, TensorProto.Types.DataType.Float, OperatorRules.All), value, [length]);
}
