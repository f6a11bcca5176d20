using Cim.Compiler.Tests.Fuzz;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Tensors;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Import;

/// <summary>Operators with kernels of their own against ONNX Runtime, imported and exported, over random shapes and attributes.</summary>
public sealed class KernelOperatorTests
{
    private static IEnumerable<(int A, int B, int C, int Seed)> Cases(int count) => FuzzSettings.Of(
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 6], Gen.Int[1, 6], Gen.Int[0, 1000]), FuzzSettings.Cases(count)).Select(c => c.Case);

    private static Tensor Indices(int seed, int below, params int[] shape)
    {
        var random = new Random(seed);
        long[] values = new long[shape.Aggregate(1, (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++) values[i] = random.Next(-below, below);
        return Tensor.Create<long>(new Shape(shape), values);
    }

    [Fact]
    public void Elements_and_slabs_are_gathered()
    {
        foreach ((int a, int b, int c, int seed) in Cases(20))
        {
            ImportAssert.SameAsOnnxRuntime(new ModelBuilder(17).Input("x", 2, a, b).Constant("i", Indices(seed, a, 2, c, b))
                .Node("GatherElements", "x i", "y", ("axis", 1)).Output("y"));
            ImportAssert.SameAsOnnxRuntime(new ModelBuilder(17).Input("x", a, a, b).Constant("i", Indices(seed, a, c, 2))
                .Node("GatherND", "x i", "y").Output("y"));
            ImportAssert.SameAsOnnxRuntime(new ModelBuilder(17).Input("x", 2, a, b).Constant("i", Indices(seed, a, 2, c, 1))
                .Node("GatherND", "x i", "y", ("batch_dims", 1)).Output("y"));
        }
    }

    [Theory]
    [InlineData("none")]
    [InlineData("add")]
    [InlineData("mul")]
    [InlineData("max")]
    [InlineData("min")]
    public void Updates_are_scattered(string reduction)
    {
        foreach ((int a, int b, int c, int seed) in Cases(8))
        {
            // Without a reduction the order of updates of one place is not defined: there every place is met once.
            Tensor once = Tensor.Create<long>(new Shape(2, 1, b), [.. Enumerable.Repeat((long)(seed % (a + c)), 2 * b)]);
            Tensor many = reduction == "none" ? once : Indices(seed, a + c, 2, c, b);
            ImportAssert.SameAsOnnxRuntime(new ModelBuilder(18).Input("x", 2, a + c, b).Input("u", 2, many.Shape[1], b).Constant("i", many)
                .Node("ScatterElements", "x i u", "y", ("axis", 1), ("reduction", reduction)).Output("y"));
            ImportAssert.SameAsOnnxRuntime(
                new ModelBuilder(18).Input("x", a + c, b).Input("u", 1, b).Constant("i", Indices(seed, a + c, 1, 1))
                .Node("ScatterND", "x i u", "y", ("reduction", reduction)).Output("y"));
        }
    }

    [Fact]
    public void Largest_and_smallest_numbers()
    {
        foreach ((int a, int b, int c, int seed) in Cases(20))
            ImportAssert.SameAsOnnxRuntime(new ModelBuilder(13).Input("x", -1, a + 2, b).Ints("k", Math.Min(c, a + 2))
                .Node("TopK", "x k", "v i", ("axis", 1), ("largest", seed % 2)).Output("v").Output("i", 7));
    }

    [Fact]
    public void Cumulative_sums()
    {
        foreach ((int a, int b, _, int seed) in Cases(12))
            ImportAssert.SameAsOnnxRuntime(new ModelBuilder(14).Input("x", -1, a, b).Constant("d", Tensor.Scalar(1L + (seed % 2)))
                .Node("CumSum", "x d", "y", ("exclusive", seed / 2 % 2), ("reverse", seed / 4 % 2)).Output("y"));
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("nearest")]
    [InlineData("cubic")]
    public void Pictures_are_read_at_the_places_of_a_grid(string mode)
    {
        foreach (string padding in (string[])["zeros", "border", "reflection"])
            foreach (int align in (int[])[0, 1])
                foreach ((int a, int b, int c, _) in Cases(3))
                    ImportAssert.SameAsOnnxRuntime(new ModelBuilder(20).Input("x", -1, 2, a + 1, b + 1).Input("g", -1, c, a, 2)
                        .Node("GridSample", "x g", "y", ("mode", mode), ("padding_mode", padding), ("align_corners", align)).Output("y"),
                        relative: 1e-4, low: -1.4f, high: 1.4f);
    }

    [Fact]
    public void Spectra_of_signals()
    {
        foreach ((int a, int b, int c, int seed) in Cases(12))
        {
            ImportAssert.SameAsOnnxRuntime(new ModelBuilder(17).Input("x", -1, a + b, 1)
                .Node("DFT", "x", "y", ("axis", 1), ("onesided", seed % 2)).Output("y"), relative: 1e-4);
            ImportAssert.SameAsOnnxRuntime(new ModelBuilder(20).Input("x", -1, a + 1, c, 2)
                .Node("DFT", "x", "y", ("inverse", seed % 2)).Output("y"), relative: 1e-4);
            ImportAssert.SameAsOnnxRuntime(new ModelBuilder(17).Input("x", -1, 20 + a, 1).Constant("s", Tensor.Scalar((long)b))
                .Uniform("w", 0, 1, 8).Node("STFT", "x s w", "y").Output("y"), relative: 1e-4);
        }
    }

    [Fact]
    public void Windows_and_mel_matrices_are_constants()
    {
        foreach (string op in (string[])["HannWindow", "HammingWindow", "BlackmanWindow"])
            foreach (int periodic in (int[])[0, 1])
                ImportAssert.SameAsOnnxRuntime(new ModelBuilder(17).Input("x", -1, 16).Constant("n", Tensor.Scalar(16L))
                    .Node(op, "n", "w", ("periodic", periodic)).Node("Mul", "x w", "y").Output("y"));
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(17).Input("x", -1, 129).Constant("b", Tensor.Scalar(20L))
            .Constant("n", Tensor.Scalar(256L)).Constant("r", Tensor.Scalar(8000L)).Scalar("l", 20).Scalar("h", 4000)
            .Node("MelWeightMatrix", "b n r l h", "m").Node("MatMul", "x m", "y").Output("y"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Maxima_and_their_places(int columnsFirst)
    {
        foreach ((int a, int b, int c, int seed) in Cases(12))
            ImportAssert.SameAsOnnxRuntime(new ModelBuilder(12).Input("x", -1, c, a + 2, b + 2).Node("MaxPool", "x", "y i",
                ("kernel_shape", new[] { 2, 3 }), ("pads", new[] { seed % 2, 0, 1, 1 }), ("storage_order", columnsFirst)).Output("y")
                    .Output("i", 7));
        if (columnsFirst == 0)
            ImportAssert.SameAsOnnxRuntime(new ModelBuilder(12).Input("x", 2, 3, 6, 4).Node("MaxPool", "x", "p i",
                ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 })).Node("MaxUnpool", "p i", "y",
                ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 })).Output("y"),
                new Compiler.Import.ImportOptions { GeneraliseBatch = false });
    }

    [Fact]
    public void Sequences_are_reversed_and_blocks_added()
    {
        foreach ((int a, int b, int c, int seed) in Cases(12))
        {
            long[] lengths = [.. Enumerable.Range(0, b).Select(i => (long)((seed + i) % a) + 1)];
            ImportAssert.SameAsOnnxRuntime(new ModelBuilder(13).Input("x", a, b, c).Ints("n", lengths)
                .Node("ReverseSequence", "x n", "y").Output("y"));
            ImportAssert.SameAsOnnxRuntime(
                new ModelBuilder(18).Input("x", -1, c * 4, (a + 1) * (b + 1)).Ints("i", a + 2, b + 2).Ints("k", 2, 2)
                .Node("Col2Im", "x i k", "y").Output("y"));
        }
    }
}
