using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Costs;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Mapping;

/// <summary>The cost of a network before it is compiled: map every layer, count, add up.</summary>
internal static class ModelCost
{
    /// <summary>The cost with a precision for each layer.</summary>
    /// <param name="shapes">The layers, in order.</param>
    /// <param name="precision">Weight, activation and ADC bits of a layer (ADC 0 = the profile's).</param>
    /// <param name="profile">The hardware.</param>
    /// <param name="copiesWithin">Arrays that copies of slow layers may fill; 0 = no copies.</param>
    public static Cost Of(
        ImmutableArray<LayerShape> shapes, Func<LayerShape, (int WeightBits, int ActivationBits, int AdcBits)> precision,
        HardwareProfile profile,
        long copiesWithin = 0) =>
        CostModel.Total(Replication.Apply(shapes, (shape, copies) =>
        {
            (int weights, int activations, int adc) = precision(shape);
            return CostModel.Of(shape, LayerMapper.Map(shape, weights, profile), weights, activations, adc, profile, copies);
        }, profile, copiesWithin), profile);

    /// <summary>The cost with the same precision everywhere.</summary>
    public static Cost Uniform(
        ImmutableArray<LayerShape> shapes, int weightBits, int activationBits, HardwareProfile profile, long copiesWithin = 0) =>
        Of(shapes, _ => (weightBits, activationBits, 0), profile, copiesWithin);

    /// <summary>
    /// Array activations as the literature counts them: for each output position one per row tile, sum of
    /// outH * outW * ceil(k*k*Cin / rows), whatever the columns, slices and input bits.
    /// </summary>
    public static long ArrayActivations(ImmutableArray<LayerShape> shapes, int arrayRows) =>
        shapes.Where(s => !s.IsDynamic).Sum(s => s.Mvms * s.Groups * ((s.RowsPerGroup + arrayRows - 1) / arrayRows));
}
