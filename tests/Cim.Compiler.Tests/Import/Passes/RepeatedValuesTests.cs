using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes;

/// <summary>Networks of shapes alone, whose weights are repeated values.</summary>
public sealed class RepeatedValuesTests
{
    [Fact]
    public void Constants_of_one_value_take_the_memory_of_the_largest_and_matrices_are_transposed_without_a_copy()
    {
        var b = new OnnxModelBuilder();
        string x = b.Input("x", 1, 300);
        foreach ((int inputs, int outputs) in new[] { (300, 400), (400, 200), (200, 400), (400, 20) }) x = b.MatMul(x, inputs, outputs);
        Graph graph = OnnxImporter.Import(b.Build(x, 1, 20), null);
        Tensor[] weights = [.. graph.Constants.Values.Where(t => t.Shape.Rank == 2)];
        Assert.Equal(["[20,400]", "[200,400]", "[400,200]", "[400,300]"],
            weights.Select(t => $"[{t.Shape[0]},{t.Shape[1]}]").Order(StringComparer.Ordinal));
        Assert.All(weights, t => Assert.All(t.Span<float>().ToArray(), v => Assert.Equal(0.01f, v)));

        // Slices of the same bytes, but for what shape inference has computed before.
        Tensor largest = weights.MaxBy(t => t.Data.Length)!;
        Assert.All(weights.Where(t => t.Length > 10_000), t => Assert.True(largest.Data.Span.Overlaps(t.Data.Span)));
    }

    [Fact]
    public void Other_values_have_bytes_of_their_own()
    {
        var b = new OnnxModelBuilder();
        string x = b.Add(b.Input("x", 1, 8), b.Weights(1, 8));
        string zeros = b.Node("ConstantOfShape", [b.Integers(1, 8)]);
        Graph graph = OnnxImporter.Import(b.Build(b.Node("Mul", [x, b.Add(zeros, b.Floats(1, 2, 3, 4, 5, 6, 7, 8))]), 1, 8), null);
        Assert.Contains(graph.Constants.Values, t => t.Span<float>().SequenceEqual([1f, 2, 3, 4, 5, 6, 7, 8]));
        Assert.Contains(graph.Constants.Values, t => t.Span<float>().ToArray().All(v => v == 0.01f));
    }
}
