using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Differentiation;
using Cim.Training.Networks;
using Cim.Training.Operators;
using Cim.Training.Operators.Normalization;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Normalization;

/// <summary>Batch normalization with the statistics of the batch, through which gradients pass, too.</summary>
public sealed class BatchStatisticsNormalizationTests
{
    [Fact]
    public void Gradients_pass_through_the_mean_and_the_variance()
    {
        foreach (long[] dims in new long[][] { [3, 2, 2, 3], [7, 4] })
        {
            var check = new GradientCheck(6, doublePrecision: true);
            string x = check.Variable(dims);
            string scale = check.Variable([dims[1]]);
            string bias = check.Variable([dims[1]]);
            NodeProto node = check.Builder.Node(BatchStatisticsNormalization.OperatorType, [x, scale, bias], 3, TrainingDomain.Name);
            node.Attribute.Add(Attributes.Ints("axes", [0, .. Enumerable.Range(2, dims.Length - 2).Select(axis => (long)axis)]));
            check.Agrees(node.Output[0]);
        }
    }

    [Fact]
    public void Every_channel_has_mean_zero_and_variance_one_before_scale_and_bias()
    {
        var random = new Random(3);
        float[] values = [.. Enumerable.Range(0, 4 * 2 * 3).Select(_ => (random.NextSingle() * 6) - 1)];
        var builder = new GraphBuilder("statistics");
        string x = builder.Initializer(Tensors.Float("x", values, [4, 2, 3]));
        NodeProto node = builder.Node(
            BatchStatisticsNormalization.OperatorType, [x, builder.Constant([1, 1], [2]), builder.Constant([0, 0], [2])], 3,
            TrainingDomain.Name);
        node.Attribute.Add(Attributes.Ints("axes", 0, 2));
        GraphProto lowered = CompositeOperators.Lower(builder.Graph, TensorProto.Types.DataType.Float, OperatorRules.All);
        float[] y = Evaluate.Values(lowered, node.Output[0], [4, 2, 3]);
        float[] mean = Evaluate.Values(lowered, node.Output[1], [2]), variance = Evaluate.Values(lowered, node.Output[2], [2]);
        for (int c = 0; c < 2; c++)
        {
            double[] Channel(float[] all) => [.. Enumerable.Range(0, 12).Select(i => (double)all[(i / 3 * 6) + (c * 3) + (i % 3)])];
            double[] before = Channel(values), after = Channel(y);
            Assert.Equal(before.Average(), mean[c], 1e-5);
            Assert.Equal(before.Average(v => v * v) - (before.Average() * before.Average()), variance[c], 1e-4);
            Assert.Equal(0, after.Average(), 1e-5);
            Assert.Equal(1, after.Average(v => v * v), 1e-4);
        }
    }
}
