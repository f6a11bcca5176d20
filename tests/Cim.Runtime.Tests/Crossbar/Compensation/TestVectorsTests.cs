using Cim.Runtime.Crossbar;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Tests.Crossbar.Compensation;

/// <summary>Inputs that columns are corrected on.</summary>
public sealed class TestVectorsTests
{
    [Fact]
    public void Test_vectors_are_inputs_the_layer_really_reads()
    {
        var random = new Random(8);
        foreach (CrossbarLayer layer in new[]
        {
            LayerCases.Convolution(random, new LayerCases.Shape2D(4, 5, 6, 3, 2, 1, 1, 2, 4)),
            LayerCases.Matrix(random, 7, 3, 5, groups: 2, signedInput: true),
        })
        {
            byte[] input = LayerCases.Input(random, layer, 2);
            int width = layer.Groups * layer.RowsPerGroup;
            var real = new HashSet<string>();
            for (int n = 0; n < 2; n++)
            for (int p = 0; p < layer.PositionsPerImage; p++)
                real.Add(Convert.ToHexString([.. Enumerable.Range(0, width).Select(i =>
                    unchecked((byte)(
                        LayerCases.X(layer, input, n, i / layer.RowsPerGroup, p, i % layer.RowsPerGroup) + layer.Input.ZeroPoint)))]));
            Tensor tests = CompensationCases.Tests(layer, input, 2);
            Assert.Equal(Math.Min(4, layer.PositionsPerImage) * 2, tests.Shape[0]);
            for (int t = 0; t < tests.Shape[0]; t++) Assert.Contains(Convert.ToHexString(tests.Data.Span.Slice(t * width, width)), real);
        }
    }
}
