using System.Collections.Immutable;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Cim.Tests.Shared;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>Weights of one bit, -1 and 1, where cells make them cheaper than ternary ones.</summary>
public sealed class BinaryWeightsTests : IDisposable
{
    private static readonly HardwareProfile _oneBitCells = HardwareProfiles.BuiltIn("isaac") with { CellBits = 1 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cim-aq-4b", 4)] // 4-bit cells hold four bits for the price of fewer.
    [InlineData("cim-aq-2b", 2)]
    public void Ternary_weights_are_offered_where_the_cells_make_them_cheaper(string hardware, int narrowest)
    {
        Assert.Equal(narrowest, Narrowest(HardwareProfiles.BuiltIn(hardware), Objective.Latency, [2, 3, 4, 5, 6, 7, 8]));
        Assert.Equal(narrowest, Narrowest(HardwareProfiles.BuiltIn(hardware), Objective.Latency, [1, 2, 3, 4, 5, 6, 7, 8]));
    }

    [Fact]
    public void Binary_weights_are_offered_where_a_cell_holds_one_bit()
    {
        Assert.Equal(1, Narrowest(_oneBitCells, Objective.Arrays, [1, 2, 3, 4, 5, 6, 7, 8]));
        Assert.Equal(2, Narrowest(_oneBitCells, Objective.Arrays, [2, 3, 4, 5, 6, 7, 8]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Binary_weights_take_half_the_cells_of_ternary_ones_trained_or_not(bool trained)
    {
        CompileResult binary = Compile(1, trained), ternary = Compile(2, trained);
        Assert.Equal(ternary.Cost.Cells, 2 * binary.Cost.Cells);
        Assert.All(binary.Policy.Layers, l => Assert.Equal(1, l.WeightBits));
        Assert.All(binary.Model.Program.Layers, l => Assert.False(l.Weights.Span<sbyte>().ContainsAnyExcept((sbyte)-1, (sbyte)1)));
    }

    [Fact]
    public void Rounding_cannot_be_learned_for_a_sign() =>
        Assert.Contains("binary", Assert.Throws<CimException>(() => Compile(1, false, "learned")).Message, StringComparison.Ordinal);

    private static int Narrowest(HardwareProfile hardware, Objective objective, ImmutableArray<int> bits)
    {
        ImmutableArray<LayerShape> shapes = LayerShapes.Of(OnnxImporter.Import(Network(), null), hardware);
        PolicySpace space = PolicySpace.Create(LayerCostTable.Build(shapes, hardware, bits, [4, 8], [0]), objective);
        return space.Choices.SelectMany(c => c).Min(c => space.Costs.Choices[c].WeightBits);
    }

    /// <summary>Large enough that fewer cells are fewer arrays.</summary>
    private static byte[] Network() => new ModelBuilder(seed: 3).Input("x", -1, 8, 6, 6)
        .Weight("w1", 64, 8, 3, 3).Uniform("b1", -0.2f, 0.2f, 64).Weight("w2", 300, 256).Uniform("b2", -0.1f, 0.1f, 300)
        .Node("conv", "Conv", "x w1 b1", "c").Node("Relu", "c", "r")
            .Node("MaxPool", "r", "p", ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }))
        .Node("Flatten", "p", "f").Node("dense", "Gemm", "f w2 b2", "y", ("transB", 1)).Output("y").Bytes;

    private CompileResult Compile(int weightBits, bool trained, string rounding = "compensated")
    {
        string model = _folder.Write("net.onnx", Network()),
            profile = _folder.Write("one.cimhw.json", HardwareProfiles.ToJson(_oneBitCells).ToArray());
        string samples = _folder.Write(
            "x.npz", DataFiles.Npz(("x", DataFiles.Npy("<f4", [64, 8, 6, 6], DataFiles.Floats(RandomNetworks.Samples(64, 288, 7))))));
        return CompilePipeline.Compile(new CompileOptions
        {
            ModelPath = model, Hardware = profile, Calibration = samples, WeightBits = weightBits, ActivationBits = 4, Rounding = rounding,
            Training = trained ? samples : null, Epochs = trained ? 1 : null,
        });
    }
}
