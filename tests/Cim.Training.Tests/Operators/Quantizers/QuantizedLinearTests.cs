using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Differentiation;
using Cim.Training.Networks;
using Cim.Training.Operators.Quantizers;
using Cim.Training.Operators;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Quantizers;

/// <summary>The product of integers, as the hardware computes it, and the gradients of the layer on de-quantized values.</summary>
public sealed class QuantizedLinearTests
{
    private const double InputStep = 0.5;

    private static readonly double[,] _x = { { 3, -2, 5 }, { 0, 7, -1 } };

    private static readonly double[,] _w = { { 1, 2, -3 }, { 4, 0, 5 }, { -6, 7, 1 }, { 2, -2, 2 } };

    private static readonly double[] _steps = [0.25, 0.5, 1, 2];

    private static readonly double[] _bias = [0.3, -1.2, 0.26, 5.4];

    [Fact]
    public void Outputs_are_the_integer_sums_with_a_rounded_bias_times_both_steps()
    {
        (GraphBuilder builder, NodeProto node) = Layer();
        float[] y = Lowered(builder, node.Output[0]);
        for (int n = 0; n < 2; n++)
            for (int o = 0; o < 4; o++)
            {
                double step = InputStep * _steps[o];
                Assert.Equal((Sum(n, o, 0, 3) + Math.Round(_bias[o] / step)) * step, y[(n * 4) + o], 1e-5);
            }
    }

    [Fact]
    public void A_converter_rounds_and_clips_the_sum_of_each_tile()
    {
        (GraphBuilder builder, NodeProto node) = Layer(converter: (Step: 4, Low: -2, High: 3, TileChannels: 2));
        float[] y = Lowered(builder, node.Output[0]);
        for (int n = 0; n < 2; n++)
            for (int o = 0; o < 4; o++)
            {
                double step = InputStep * _steps[o];
                double sum = Converted(Sum(n, o, 0, 2)) + Converted(Sum(n, o, 2, 3));
                Assert.Equal((sum + Math.Round(_bias[o] / step)) * step, y[(n * 4) + o], 1e-5);
            }

        static double Converted(double sum) => 4 * Math.Clamp(Math.Round(sum / 4), -2, 3);
    }

    [Fact]
    public void Gradients_are_those_of_the_layer_on_dequantized_values()
    {
        float[] Gradient(int input)
        {
            (GraphBuilder builder, NodeProto node) = Layer();
            return Evaluate.Gradient(builder, node.Output[0], node.Input[input]);
        }

        float[] dx = Gradient(0), dw = Gradient(1), db = Gradient(2);
        for (int i = 0; i < 3; i++)
        {
            double column = Enumerable.Range(0, 4).Sum(o => _w[o, i] * _steps[o]);
            for (int n = 0; n < 2; n++) Assert.Equal(column, dx[(n * 3) + i], 1e-5);
            for (int o = 0; o < 4; o++) Assert.Equal((_x[0, i] + _x[1, i]) * InputStep, dw[(o * 3) + i], 1e-5);
        }

        Assert.Equal([2, 2, 2, 2], db);
    }

    private static (GraphBuilder Builder, NodeProto Node) Layer((double Step, double Low, double High, int TileChannels)? converter = null)
    {
        var builder = new GraphBuilder("layer");
        double[] x = [.. _x.Cast<double>()], w = [.. _w.Cast<double>()];
        string Named(string name, IEnumerable<double> values, params long[] dims) =>
            builder.Initializer(Tensors.Float(name, [.. values.Select(v => (float)v)], dims));
        List<string> inputs =
        [
            Named("x", x.Select(v => v * InputStep), 2, 3), Named("w", w.Select((v, i) => v * _steps[i / 3]), 4, 3), Named("b", _bias, 4),
            Named("xq", x, 2, 3), builder.Scalar(InputStep), Named("wq", w, 4, 3), Named("sw", _steps, 4, 1),
        ];
        if (converter is var (step, low, high, _)) inputs.AddRange([builder.Scalar(step), builder.Scalar(low), builder.Scalar(high)]);
        NodeProto node = builder.Node(QuantizedLinear.OperatorType, [.. inputs], domain: TrainingDomain.Name);
        node.Attribute.Add(Attributes.String(QuantizedLinear.Kind, "Gemm"));
        node.Attribute.Add(Attributes.Int("transB", 1));
        node.Attribute.Add(Attributes.Int(QuantizedLinear.TileChannels, converter?.TileChannels ?? 0));
        node.Attribute.Add(Attributes.Int(QuantizedLinear.InputChannels, 3));
        return (builder, node);
    }

    private static double Sum(int image, int output, int first, int end) =>
        Enumerable.Range(first, end - first).Sum(i => _x[image, i] * _w[output, i]);

    private static float[] Lowered(GraphBuilder builder, string value) => Evaluate.Values(
        CompositeOperators.Lower(builder.Graph, TensorProto.Types.DataType.Float, OperatorRules.All), value, [2, 4]);
}
