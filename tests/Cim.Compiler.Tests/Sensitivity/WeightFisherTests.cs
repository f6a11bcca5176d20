using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Sensitivity;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Sensitivity;

/// <summary>The information weights have of the prediction of a network.</summary>
public sealed class WeightFisherTests
{
    /// <summary>
    /// One layer of two classes, z = W x: with p = softmax(z / T) the Fisher information of w[o, r] is p0 p1 x[r]^2 / T^2, and what is
    /// reported is T^2 times that. Of one sample the class drawn decides: the gradient is (p - y) x / T.
    /// </summary>
    [Fact]
    public void Of_a_linear_classifier_it_is_the_closed_form()
    {
        float[] w = [0.5f, -1, 2, 0.25f, 1, -0.5f];
        Graph graph = RandomNetworks.Import(new ModelBuilder().Input("x", -1, 3).Constant("w", Tensor.Create<float>(new Shape(2, 3), w))
            .Node("dense", "Gemm", "x w", "y", ("transB", 1)).Output("y").Bytes);
        float[] x = [1, -2, 0.5f];
        // The same sample many times: the mean over drawn classes tends to the expectation.
        const int Count = WeightFisher.Samples;
        var data = new CalibrationData([.. Enumerable.Repeat(x, Count).SelectMany(v => v)], Count, false);
        float[] fisher = WeightFisher.Measure(graph, GraphInput.Of(graph), data, MvmLayers.Find(graph), 3, null, default)!["dense"];
        double z0 = (0.5 * 1) + 2 + 1, z1 = 0.25 - 2 - 0.25, p = 1 / (1 + Math.Exp((z1 - z0) / WeightFisher.Temperature));
        // Of p = 0.8 and 128 draws the standard error of the mean is 8 %; four of them.
        for (int i = 0; i < 6; i++)
            Assert.InRange(fisher[i] / (p * (1 - p) * x[i % 3] * x[i % 3]), 0.67, 1.33);
        // Both classes get the same, whatever is drawn: the gradients differ in sign alone.
        for (int r = 0; r < 3; r++) Assert.Equal(fisher[r], fisher[3 + r], 1e-4 * fisher[r]);
    }

    [Fact]
    public void A_network_without_classes_has_none()
    {
        Graph graph = RandomNetworks.Import(new ModelBuilder().Input("x", -1, 3).Weight("w", 1, 3)
            .Node("dense", "Gemm", "x w", "y", ("transB", 1)).Output("y").Bytes);
        Assert.Null(WeightFisher.Measure(
            graph, GraphInput.Of(graph), new CalibrationData(new float[30], 10, false), MvmLayers.Find(graph), 1, null, default));
    }
}
