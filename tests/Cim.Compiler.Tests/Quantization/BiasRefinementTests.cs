using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>One output that reads one input with the weight 1; the float network gives what a test says.</summary>
public sealed class BiasRefinementTests
{
    private const int Count = 512;

    private static readonly OutputUse _relu = new(0, float.PositiveInfinity, [0], false);
    private static readonly OutputUse _final = new(float.NegativeInfinity, float.PositiveInfinity, [0], true);

    [Fact]
    public void Behind_a_Relu_the_bias_is_right_where_outputs_are_positive()
    {
        // Half of the outputs are far below zero and half above; those below lack 0.6, those above 0.2, in the mean 0.4.
        float[] x = [.. Enumerable.Range(0, Count).Select(i => i % 2 == 0 ? -5f : 1f)];
        float[] wanted = [.. x.Select(v => v < 0 ? v + 0.6f : v + 0.2f)];
        Assert.Equal(0.2, Refined(x, wanted, 0.4f, _relu), 3);
    }

    [Fact]
    public void Outputs_that_are_always_seen_keep_the_mean()
    {
        float[] x = [.. Enumerable.Range(0, Count).Select(i => 1f + (i % 7))];
        Assert.Equal(0.4f, Refined(x, [.. x.Select((v, i) => v + (i % 2 == 0 ? 0.6f : 0.2f))], 0.4f, _relu));
    }

    [Fact]
    public void A_few_large_errors_move_no_answer_of_a_network_that_is_right_most_of_the_time()
    {
        // Three of four samples are exact; the others lack 2, so the mean error is 0.5.
        float[] x = new float[Count];
        Assert.Equal(0, Refined(x, [.. x.Select((_, i) => i % 4 == 0 ? 2f : 0f)], 0.5f, _final), 4);
    }

    [Fact]
    public void Errors_that_lie_evenly_around_their_mean_leave_the_bias_as_it_is()
    {
        float[] x = new float[Count];
        Assert.Equal(0.25f, Refined(x, [.. x.Select((_, i) => 0.25f + (((i * 37 % Count) - 255.5f) / Count))], 0.25f, _final));
    }

    [Fact]
    public void Other_readers_see_every_error_and_few_samples_show_nothing()
    {
        float[] x = [.. Enumerable.Range(0, Count).Select(i => i % 2 == 0 ? -5f : 1f)];
        float[] wanted = [.. x.Select(v => v < 0 ? v + 0.6f : v + 0.2f)];
        Assert.Equal(0.4f, Refined(x, wanted, 0.4f, new OutputUse(float.NegativeInfinity, float.PositiveInfinity, [0], false)));
        Assert.Equal(0.4f, Refined(x[..64], wanted[..64], 0.4f, _relu));
    }

    private static float Refined(float[] x, float[] wanted, float meanError, OutputUse use)
    {
        Graph graph = RandomNetworks.Import(new ModelBuilder().Input("x", -1, 1).Output("y")
            .Constant("w", Tensor.Create<float>(new(1, 1), [1f])).Node("MatMul", "x w", "y").Bytes);
        MvmLayer layer = Assert.Single(MvmLayers.Find(graph));
        var weights = new LayerWeights(layer.NodeName, 8, [1], [1f], ImmutableArray.Create(meanError));
        return BiasRefinement.Refine(layer, new LayerSamples(x.Length, x, wanted), weights, use).Bias[0];
    }
}
