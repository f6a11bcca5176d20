using Cim.Compiler.Ir;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes.Transposed;

/// <summary>Transposed convolutions as ordinary ones compute what ONNX Runtime computes, with no product too many.</summary>
public sealed class UnfoldTransposedConvolutionsTests
{
    private static readonly Gen<(int Axes, int Groups, int PerGroup, int Outputs)> _sizes =
        Gen.Select(Gen.Int[1, 2], Gen.Int[1, 3], Gen.Int[1, 2], Gen.Int[1, 3]);

    private static readonly Gen<(int Input, int Kernel, int Stride, int Dilation)[]> _windows =
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 5], Gen.Int[1, 4], Gen.Int[1, 3]).Array[2];

    private static readonly Gen<(int Kind, int Begin, int End, int Extra)[]> _pads =
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 4], Gen.Int[0, 4], Gen.Int[0, 3]).Array[2];

    [Fact]
    public void Any_attributes_give_the_numbers_of_ONNX_Runtime() =>
        Gen.Select(_sizes, _windows, _pads, Gen.Int[0, 1000]).Holds(300, (sizes, windows, pads, seed) =>
        {
            if (Model(sizes, windows, pads, seed, computed: false) is not { } m) return;
            Graph graph = ImportAssert.SameAsOnnxRuntime(m, relative: 1e-5);
            Assert.DoesNotContain(graph.Nodes, n => n.Op == "ConvTranspose");
        });

    [Fact]
    public void Computed_weights_run_digitally_and_give_the_numbers_of_ONNX_Runtime() =>
        Gen.Select(_sizes, _windows, _pads, Gen.Int[0, 1000]).Holds(100, (sizes, windows, pads, seed) =>
        {
            if (Model(sizes, windows, pads, seed, computed: true) is not { } m) return;
            Graph graph = ImportAssert.SameAsOnnxRuntime(m, relative: 1e-5);
            Assert.Contains(graph.Nodes, n => n.Op == "ConvTranspose");
        });

    /// <summary>A product for each weight and input position, but for those that the padding cuts off.</summary>
    [Theory]
    [InlineData(2, 2, 0, 1)]
    [InlineData(3, 3, 0, 1)]
    [InlineData(4, 2, 0, 1)]
    [InlineData(4, 2, 1, 4)]
    [InlineData(3, 2, 0, 4)]
    [InlineData(3, 2, 1, 4)]
    [InlineData(5, 1, 2, 1)]
    public void No_weight_is_stored_twice_and_no_zero_inserted(int kernel, int stride, int pad, int layers)
    {
        const int Inputs = 3, Outputs = 5, Size = 6;
        ModelBuilder m = new ModelBuilder().Input("x", -1, Inputs, Size, Size).Weight("w", Inputs, Outputs, kernel, kernel)
            .Weight("b", Outputs).Output("y")
            .Node("up", "ConvTranspose", "x w b", "y", ("strides", new[] { stride, stride }), ("pads", new[] { pad, pad, pad, pad }));
        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        var found = MvmLayers.Find(graph);
        Assert.Equal(layers, found.Length);
        Assert.Equal(Inputs * Outputs * kernel * kernel, found.Sum(l => l.WeightCount));

        // Each output position is computed once.
        int output = (stride * (Size - 1)) + kernel - (2 * pad);
        Assert.Equal(Outputs * output * output, found.Sum(l => (long)l.Outputs * l.PositionsPerImage));
    }

    [Fact]
    public void Normalisation_and_activation_behind_it_become_part_of_its_convolutions()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 4, 5, 5).Weight("w", 4, 3, 4, 4)
            .Uniform("g", 0.5f, 1.5f, 6).Uniform("b", -1, 1, 6).Uniform("m", -0.5f, 0.5f, 6).Uniform("v", 0.2f, 2, 6)
            .Node("up", "ConvTranspose", "x w", "u", ("strides", new[] { 2, 2 }), ("pads", new[] { 1, 1, 1, 1 }), ("group", 2))
            .Node("BatchNormalization", "u g b m v", "n").Node("Relu", "n", "y").Output("y");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        Assert.Equal(["Concat", "Conv", "Relu", "Reshape", "Transpose"], graph.Nodes.Select(n => n.Op).Distinct().Order());
        var topology = new GraphTopology(graph);
        Assert.All(MvmLayers.Find(graph), l => Assert.Equal("Relu", topology.OnlyConsumer(l.Output)!.Op));
    }

    [Fact]
    public void A_shift_before_it_stays_because_fewer_inputs_reach_the_border()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 2, 4, 4).Weight("w", 2, 3, 3, 3).Scalar("t", 0.7f).Scalar("s", 2)
            .Node("Add", "x t", "a").Node("Mul", "a s", "c").Node("ConvTranspose", "c w", "y").Output("y");
        Assert.Equal(["Add", "Conv"], ImportAssert.SameAsOnnxRuntime(m).Nodes.Select(n => n.Op));
    }

    [Theory]
    [InlineData(2, 0, 1)]
    [InlineData(4, 1, 4)]
    public void Quantized_weights_keep_their_integers(int kernel, int pad, int layers)
    {
        const int Inputs = 4, Outputs = 3;
        var random = new Random(5);
        sbyte[] integers = [.. Enumerable.Range(0, Inputs * Outputs * kernel * kernel).Select(_ => (sbyte)random.Next(-127, 128))];
        ModelBuilder m = new ModelBuilder().Input("x", -1, Inputs, 5, 5)
            .Constant("w", Tensor.Create<sbyte>(new Shape(Inputs, Outputs, kernel, kernel), integers)).Uniform("s", 0.01f, 0.02f, Outputs)
            .Constant("z", Tensor.Create<sbyte>(new Shape(Outputs), [0, 0, 0])).Uniform("b", -1, 1, Outputs)
            .Node("DequantizeLinear", "w s z", "d", ("axis", 1))
            .Node("ConvTranspose", "x d b", "y", ("strides", new[] { 2, 2 }), ("pads", new[] { pad, pad, pad, pad })).Output("y");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        var found = MvmLayers.Find(graph);
        Assert.Equal(layers, found.Length);
        Assert.All(found, l => Assert.Equal(ElementType.Int8, graph.Constants[l.WeightName].Type));
        Assert.Equal(
            integers.Order(), found.SelectMany(l => graph.Constants[l.WeightName].Span<sbyte>().ToArray()).Order());
    }

    [Fact]
    public void A_decoder_compiles_to_crossbar_layers_near_the_float_network()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 2, 5, 5).Weight("c", 6, 2, 3, 3).Weight("w", 6, 3, 4, 4).Weight("b", 3)
            .Weight("v", 3, 2, 2, 2)
            .Node("conv", "Conv", "x c", "e", ("pads", new[] { 1, 1, 1, 1 })).Node("Relu", "e", "r")
            .Node("up1", "ConvTranspose", "r w b", "u", ("strides", new[] { 2, 2 }), ("pads", new[] { 1, 1, 1, 1 })).Node("Relu", "u", "s")
            .Node("up2", "ConvTranspose", "s v", "y", ("strides", new[] { 2, 2 })).Output("y");
        using var compilation = new SmallCompilation(m, RandomNetworks.Samples(64, 50, 3));
        CompileResult result = compilation.Compile();
        Assert.Equal(["conv", "up1_phase0", "up1_phase1", "up1_phase2", "up1_phase3", "up2"], result.Policy.Layers.Select(l => l.Name));
        Assert.InRange(compilation.Difference(), 1e-6, 0.05);
    }

    private static ModelBuilder? Model(
        (int Axes, int Groups, int PerGroup, int Outputs) sizes, (int Input, int Kernel, int Stride, int Dilation)[] windows,
        (int Kind, int Begin, int End, int Extra)[] pads, int seed, bool computed)
    {
        int axes = sizes.Axes, kind = pads[0].Kind;
        int[] List(Func<int, int> of) => [.. Enumerable.Range(0, axes).Select(of)];
        int[] begin = List(i => pads[i].Begin), end = List(i => pads[i].End);
        int[] extra = List(i => Math.Min(pads[i].Extra, windows[i].Stride - 1)); // ONNX Runtime refuses more
        int[] full = List(
            i => (windows[i].Stride * (windows[i].Input - 1)) + extra[i] + (windows[i].Dilation * (windows[i].Kernel - 1)) + 1);
        List<(string, object)> attributes =
        [
            ("strides", List(i => windows[i].Stride)), ("dilations", List(i => windows[i].Dilation)), ("group", sizes.Groups),
            ("output_padding", extra),
        ];
        switch (kind)
        {
            case 0: break;
            case 1: attributes.Add(("auto_pad", "SAME_UPPER")); break;
            case 2: attributes.Add(("auto_pad", "SAME_LOWER")); break;
            case 3: attributes.Add(("output_shape", List(i => Math.Max(1, full[i] - begin[i])))); break;
            default:
                if (Enumerable.Range(0, axes).Any(i => full[i] - begin[i] - end[i] < 1)) return null;
                attributes.Add(("pads", (int[])[.. begin, .. end]));
                break;
        }

        int channels = sizes.Groups * sizes.PerGroup;
        ModelBuilder m = new ModelBuilder(17, seed).Input("x", [-1, channels, .. List(i => windows[i].Input)])
            .Weight("w", [channels, sizes.Outputs, .. List(i => windows[i].Kernel)]).Weight("b", sizes.Groups * sizes.Outputs);
        if (computed) m.Input("f", 1).Node("Mul", "w f", "v");
        return m.Node("ConvTranspose", $"x {(computed ? "v" : "w")}{(seed % 2 == 0 ? " b" : "")}", "y", [.. attributes]).Output("y");
    }
}
