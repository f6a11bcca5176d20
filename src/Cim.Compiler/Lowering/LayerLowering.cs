using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Mapping;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Runtime;
using Cim.Runtime.Costs;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Compensation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Lowering;

/// <summary>Maps the layers of a quantized network onto arrays as its policy says, whole or in blocks, and counts what they cost.</summary>
/// <param name="policy">Widths, with strips or without.</param>
/// <param name="profile">The hardware.</param>
internal sealed class LayerLowering(QuantizationPolicy policy, HardwareProfile profile)
{
    /// <summary>Lowers a quantized graph with its layers on arrays, weights clipped as the hardware asks for: what is simulated of a
    /// candidate is what would be emitted.</summary>
    /// <param name="quantized">The graph.</param>
    /// <param name="adcBits">ADC bits by layer; null = the policy's.</param>
    public LoweredModel Lower(Graph quantized, Func<string, int>? adcBits = null)
    {
        LoweredModel lowered = ProgramBuilder.Build(
            quantized, (layer, weights) => Map(LayerShapes.Of(layer), weights),
            adcBits ?? (name => policy.Find(name)?.AdcBits ?? 0),
            (layer, weights) => Blocks(LayerShapes.Of(layer), weights));
        return Clip(lowered);
    }

    /// <summary>The same with every layer undivided, on the cells of the profile: where layers are examined one by one.</summary>
    /// <param name="quantized">The graph.</param>
    public LoweredModel LowerUndivided(Graph quantized) => Clip(ProgramBuilder.Build(
        quantized,
        (layer, weights) => LayerMapper.Map(LayerShapes.Of(layer), weights.Bits, profile, weights.UsesMinimum), _ => 0));

    /// <summary>A mapped layer with its weights clipped as the hardware asks for; those in blocks are not.</summary>
    public static CrossbarLayer Clip(CrossbarLayer layer, HardwareProfile profile) =>
        layer.Blocks.IsEmpty ? WeightClipper.Apply(layer, profile) : layer;

    private LoweredModel Clip(LoweredModel lowered) =>
        lowered with { Program = lowered.Program with { Layers = [.. lowered.Program.Layers.Select(l => Clip(l, profile))] } };

    /// <summary>The cost of a layer as it was lowered; dynamic products and layers that were not lowered have 8 bits.</summary>
    public LayerCost CostOf(LayerShape shape, LoweredModel lowered, int copies)
    {
        int adcBits = policy.Find(shape.Name)?.AdcBits ?? 0;
        FusedLayer? fused = lowered.Layers.FirstOrDefault(l => l.Layer.NodeName == shape.Name);
        int weightBits = fused?.Weights.Bits ?? 8, activationBits = fused?.InputParameters.Bits ?? 8;
        ImmutableArray<WeightBlock> blocks = lowered.Program.Layers.FirstOrDefault(l => l.Name == shape.Name)?.Blocks ?? [];
        return blocks.IsEmpty
            ? CostModel.Of(shape, fused is null
                ? LayerMapper.Map(shape, weightBits, profile, layout: LayoutOf(shape).Cells)
                : Map(shape, fused.Weights), weightBits, activationBits, adcBits, profile, copies)
            : CostModel.Of(shape, ColumnMapper.AsCosted(blocks), blocks.Max(b => b.WeightBits), activationBits, adcBits, profile, copies);
    }

    /// <summary>The cost of a layer before there are weights.</summary>
    public LayerCost CostOf(LayerShape shape, int copies)
    {
        LayerPrecision layer = policy.Find(shape.Name) ?? new LayerPrecision(shape.Name, 8, 8, 0);
        ImmutableArray<WeightBlock>? blocks = layer.Layout switch
        {
            LayerLayout.Shared shared => SharedColumnMapper.Map(shared.Columns, profile),
            LayerLayout.Grouped grouped => ColumnGroupMapper.Map(shape, grouped.Groups, profile),
            { StripWidths: { } strips } => StripMapper.Map(strips, profile),
            _ => null,
        };
        return blocks is { } mapped
            ? CostModel.Of(shape, ColumnMapper.AsCosted(mapped), mapped.IsEmpty
                ? layer.WeightBits
                : mapped.Max(b => b.WeightBits), layer.ActivationBits, layer.AdcBits, profile, copies)
            : CostModel.Of(shape, LayerMapper.Map(shape, layer.WeightBits, profile, layout: layer.Layout.Cells), layer.WeightBits,
                layer.ActivationBits, layer.AdcBits, profile, copies);
    }

    // A converter with fixed limits may read something of an idle column: then an array without weights has its share in the result.
    private LayerMapping Map(LayerShape shape, QuantizedWeights weights) => profile.AdcRange.Policy == AdcRangePolicy.Fixed
        ? Whole(shape, weights) : EmptyArrays.Remove(Whole(shape, weights), shape, weights.Integers);

    private LayerMapping Whole(LayerShape shape, QuantizedWeights weights) =>
        LayerMapper.Map(shape, weights.Bits, profile, weights.UsesMinimum, LayoutOf(shape).Cells);

    private ImmutableArray<WeightBlock> Blocks(LayerShape shape, QuantizedWeights weights)
    {
        ReadOnlySpan<sbyte> integers = weights.Integers.Span<sbyte>();
        return LayoutOf(shape) switch
        {
            LayerLayout.Shared shared => SharedColumnMapper.Map(shape.Name, integers, shared.Columns, profile),
            // -2^(bits-1) of a pre-quantized layer fits the cells of a whole layer alone.
            LayerLayout.EqualColumns equal when shape.Groups == 1 && !weights.UsesMinimum => SharedColumnMapper.Equal(
                shape.Name, integers, equal.Widths ?? StripWidths.Uniform(shape, weights.Bits, profile.Rows), profile),
            LayerLayout.Grouped grouped => ColumnGroupMapper.Map(shape, grouped.Groups, profile),
            { StripWidths: { } strips } => StripMapper.Map(shape.Name, integers, strips, profile),
            _ => PackedMapper.Map(shape, weights, Whole(shape, weights), Map(shape, weights).Tiles.Length, profile),
        };
    }

    private LayerLayout LayoutOf(LayerShape shape) => policy.Find(shape.Name)?.Layout ?? LayerLayout.Whole;
}
