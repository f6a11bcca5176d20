using Cim.Compiler.Evaluation;
using Cim.Compiler.Sensitivity;
using Cim.Training.Data;
using Cim.Training.Losses;
using Cim.Training.Networks;
using Xunit;

namespace Cim.Compiler.Tests.Sensitivity;

public sealed class CurvatureEstimateTests
{
    private const int Inputs = 3, Outputs = 2, Count = 4;

    private static readonly float[] _x = [1, 2, -1, 0.5f, -1, 2, 0, 1, 1, -2, 0.5f, 1];
    private static readonly float[] _y = [1, 0, 0, 1, 1, 1, -1, 0.5f];

    /// <summary>y = W x under the mean square of all outputs: d2L / dw[o,i]2 = 2 / (n outputs) sum x_i^2, whatever the weights.</summary>
    [Fact]
    public void Hessian_of_a_linear_network_is_its_closed_form()
    {
        (TrainableNetwork network, Parameter weights) = Linear();
        float[] before = [.. weights.Values];
        WeightCurvature curvature = Measure(network, weights, probes: 4000);
        for (int o = 0; o < Outputs; o++)
            for (int i = 0; i < Inputs; i++)
            {
                double expected = 2.0 / (Count * Outputs) * Enumerable.Range(0, Count)
                    .Sum(n => _x[(n * Inputs) + i] * _x[(n * Inputs) + i]);
                Assert.InRange(curvature.Hessian[(o * Inputs) + i], expected - 0.12, expected + 0.12); // 4 standard errors of 4,000 probes
            }

        Assert.Equal(before, weights.Values);
    }

    [Fact]
    public void Gradient_and_Fisher_are_those_computed_by_hand()
    {
        (TrainableNetwork network, Parameter weights) = Linear();
        WeightCurvature curvature = Measure(network, weights, probes: 1);
        for (int o = 0; o < Outputs; o++)
            for (int i = 0; i < Inputs; i++)
            {
                // One sample's gradient: 2 / outputs (y - t) x.
                double[] each = [.. Enumerable.Range(0, Count).Select(n =>
                {
                    double y = Enumerable.Range(0, Inputs).Sum(k => weights.Values[(o * Inputs) + k] * _x[(n * Inputs) + k]);
                    return 2.0 / Outputs * (y - _y[(n * Outputs) + o]) * _x[(n * Inputs) + i];
                })];
                Assert.Equal(each.Average(), curvature.Gradient[(o * Inputs) + i], 5);
                Assert.Equal(each.Average(g => g * g), curvature.Fisher[(o * Inputs) + i], 4);
            }
    }

    [Fact]
    public void The_same_seed_gives_the_same_estimate_and_another_one_another()
    {
        (TrainableNetwork network, Parameter weights) = Linear();
        Assert.Equal(Measure(network, weights, 2).Hessian, Measure(network, weights, 2).Hessian);
        Assert.NotEqual(Measure(network, weights, 2).Hessian, Measure(network, weights, 2, seed: 8).Hessian);
    }

    private static (TrainableNetwork Network, Parameter Weights) Linear()
    {
        TrainableNetwork network = TrainableNetwork.FromOnnx(Architecture.Build([Inputs], [$"linear {Outputs}"]));
        FreshWeights.Initialize(network, 3);
        return (network, network.Parameters.Single(p => p.Role == ParameterRole.Weight));
    }

    private static WeightCurvature Measure(TrainableNetwork network, Parameter weights, int probes, ulong seed = 7) =>
        CurvatureEstimate.Measure(network, [weights], new MeanSquaredError(), new LossSamples(new SampleSet(_x, [Inputs], null), _y),
            new CurvatureProbes(probes, seed, new SearchClock(null)), default)[0];
}
