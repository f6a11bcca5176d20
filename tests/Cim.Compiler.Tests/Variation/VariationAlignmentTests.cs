using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Mapping;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Cim.Compiler.Variation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Xunit;

namespace Cim.Compiler.Tests.Variation;

public sealed class VariationAlignmentTests
{
    private static readonly HardwareProfile _isaac = HardwareProfiles.BuiltIn("isaac") with
    {
        Encoding = WeightEncoding.Differential,
        GOn = 40e-6,
        GOff = 1e-6,
    };

    private static (QuantizationPolicy Given, QuantizationPolicy Policy, ImmutableArray<LayerAlignment> Layers) Align(
        HardwareProfile hardware, int bits = 8, double confidence = 0.999, bool columns = true)
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(1));
        GraphInput input = GraphInput.Of(graph);
        var data = new CalibrationData(RandomNetworks.Samples(16, input.SampleElements, 9), 16, false);
        QuantizationPolicy given = QuantizationPolicy.Uniform(MvmLayers.Find(graph).Select(l => l.NodeName), bits, bits);
        (QuantizationPolicy policy, ImmutableArray<LayerAlignment> layers) = VariationAlignment.Run(
            new VariedNetwork(graph, input, data, hardware)
            {
                Options = new VariationOptions { Confidence = confidence, ColumnGroups = columns },
            }, given, null, default);
        return (given, policy, layers);
    }

    private static HardwareProfile Proportional(double sigma) =>
        _isaac with { ProgrammingError = new ProgrammingError("proportional", sigma) };

    [Fact]
    public void Without_variation_the_policy_is_the_one_given()
    {
        (QuantizationPolicy given, QuantizationPolicy policy, ImmutableArray<LayerAlignment> layers) = Align(_isaac);
        Assert.Same(given, policy);
        Assert.Empty(layers);
    }

    [Fact]
    public void Hardly_any_variation_keeps_every_output_bit()
    {
        (QuantizationPolicy given, QuantizationPolicy policy, ImmutableArray<LayerAlignment> layers) = Align(Proportional(1e-7));
        // The input of the network may carry less than the results can show; what layers make keeps its bits.
        Assert.Equal(given.Layers.Skip(1).Select(l => l.ActivationBits), policy.Layers.Skip(1).Select(l => l.ActivationBits));
        Assert.All(layers, l => Assert.True(l.IsAligned));
    }

    [Theory]
    [InlineData("wan2022", 0)]
    [InlineData("proportional", 0.05)]
    [InlineData("proportional", 0.2)]
    public void What_is_called_aligned_has_the_asked_probability_and_nothing_becomes_wider(string model, double sigma)
    {
        (QuantizationPolicy given, QuantizationPolicy policy, ImmutableArray<LayerAlignment> layers) = Align(
            _isaac with { ProgrammingError = new ProgrammingError(model, sigma) });
        Assert.Equal(given.Layers.Length, layers.Length);
        for (int l = 0; l < layers.Length; l++)
        {
            LayerPrecision before = given.Layers[l], after = policy.Layers[l];
            Assert.True(
                after.WeightBits <= before.WeightBits && after.ActivationBits <= before.ActivationBits && after.AdcBits <= _isaac.AdcBits);
            Assert.Equal(layers[l].IsAligned, layers[l].Errors.Harmless >= 0.999);
            if (after.Layout is LayerLayout.Uniform alike) Assert.Equal(after.WeightBits - 1, alike.OwnCells!.SliceBits.Sum());
        }

        Assert.All(layers, l => Assert.InRange(l.Errors.Harmless, 0.9, 1));
        if (sigma < 0.1) Assert.Contains(layers, l => l.IsAligned);
        Assert.Contains(policy.Layers, l => l.ActivationBits < 8);
    }

    [Fact]
    public void More_variation_keeps_fewer_output_bits()
    {
        int[] bits = [
            .. new[] { 0.002, 0.03, 0.3 }.Select(sigma => Align(Proportional(sigma)).Policy.Layers.Skip(1).Sum(l => l.ActivationBits))];
        Assert.True(bits[0] > bits[1] && bits[1] > bits[2], string.Join(" ", bits));
    }

    [Fact]
    public void Given_bits_are_upper_limits()
    {
        (_, QuantizationPolicy policy, _) = Align(Proportional(0.01), bits: 3);
        Assert.All(policy.Layers, l => Assert.InRange(Math.Max(l.WeightBits, l.ActivationBits), 2, 3));
    }

    [Fact]
    public void Columns_that_need_fewer_bits_get_them_where_that_saves_energy()
    {
        (QuantizationPolicy given, QuantizationPolicy policy, ImmutableArray<LayerAlignment> layers) = Align(Proportional(0.03));
        LayerAlignment[] grouped = [.. layers.Where(l => l.Columns is not null)];
        Assert.NotEmpty(grouped);
        (_, QuantizationPolicy whole, _) = Align(Proportional(0.03), columns: false);
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(1));
        ImmutableArray<LayerShape> shapes = LayerShapes.Of(graph, _isaac);
        foreach (LayerAlignment layer in grouped)
        {
            Assert.True(layer.IsAligned && layer.Errors.Harmless >= 0.999);
            Assert.Equal(layer.WeightBits, layer.Columns!.Groups.Max(g => g.WeightBits));
            Assert.Equal(new LayerLayout.Grouped(layer.Columns), policy.Find(layer.Name)!.Layout);
            LayerShape shape = shapes.Single(s => s.Name == layer.Name);
            double saved = new LayerLowering(policy, _isaac).CostOf(shape, 1).EnergyPj / new LayerLowering(whole, _isaac)
                .CostOf(shape, 1).EnergyPj;
            Assert.InRange(saved, 0, 0.97);
        }

        Assert.Equal(given.Layers.Length, policy.Layers.Length);
    }

    [Theory]
    [InlineData(WeightEncoding.Differential, 8, 2, 21)] // Compositions of 7 into ones and twos.
    [InlineData(WeightEncoding.Offset, 4, 2, 5)]
    [InlineData(WeightEncoding.TwosComplement, 5, 2, 5)]
    [InlineData(WeightEncoding.Differential, 4, 1, 1)]
    internal void Every_way_to_cut_weights_is_a_mapping_that_holds_them(WeightEncoding encoding, int weightBits, int cellBits, int count)
    {
        HardwareProfile profile = _isaac with { Encoding = encoding, CellBits = cellBits };
        ImmutableArray<ImmutableArray<int>> all = CellLayout.SlicesOf(weightBits, profile);
        Assert.Equal(count, all.Select(s => string.Join(' ', s)).Distinct().Count());
        var shape = new LayerShape("l", 1, 30, 7, 1);
        foreach (ImmutableArray<int> slices in all)
        {
            LayerMapping mapping = LayerMapper.Map(shape, weightBits, profile, layout: new CellLayout(slices, 8));
            Assert.Equal(slices, mapping.SliceBits);
            Assert.Equal([8, 8, 8, 6], mapping.RowTiles.Select(t => t.Rows));
        }
    }

    [Fact]
    public void Slices_that_cannot_hold_the_weights_are_an_error_that_names_the_layer()
    {
        var e = Assert.Throws<Cim.Runtime.CimException>(
            () => LayerMapper.Map(new LayerShape("conv7", 1, 30, 7, 1), 4, _isaac, layout: new CellLayout([1, 1], 0)));
        Assert.Contains("conv7", e.Message, StringComparison.Ordinal);
        Assert.Contains("[1, 1]", e.Message, StringComparison.Ordinal);
    }
}
