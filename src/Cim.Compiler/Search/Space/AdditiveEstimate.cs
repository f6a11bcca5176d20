using System.Collections.Immutable;
using Cim.Compiler.Sensitivity;

namespace Cim.Compiler.Search.Space;

/// <summary>
/// The additive estimate of what a policy does to the outputs, in divergence: one table for weights and activations, which training
/// can make up for, and one for conversions, which it cannot (it does not see them).
/// </summary>
/// <param name="Widths">Of weights and activations.</param>
/// <param name="Conversions">Of conversions.</param>
internal sealed record AdditiveEstimate(LossTable Widths, LossTable Conversions)
{
    /// <summary>Both together.</summary>
    public LossTable All { get; } = LossTable.Sum(Widths, Conversions);

    /// <summary>The estimate of a network that will be trained: narrow widths count for less by a factor, narrow conversions as
    /// before.</summary>
    public LossTable Relaxed(double factor) => LossTable.Sum(Widths.Times(1 / factor), Conversions);

    /// <summary>Weights count at their layer, activations at the first layer of their group.</summary>
    /// <param name="space">The policies there are.</param>
    /// <param name="sensitivity">What narrow weights and activations do.</param>
    /// <param name="adc">What narrow conversions do.</param>
    /// <param name="layers">The layers of the space.</param>
    public static AdditiveEstimate Of(
        PolicySpace space, MeasuredSensitivity sensitivity, AdcSensitivity adc, SearchLayers layers)
    {
        (ImmutableArray<int> layerOfShape, ImmutableArray<int> groupOfShape) = (layers.LayerOfShape, layers.GroupOfShape);
        (var widths, var conversions) = (ImmutableArray.CreateBuilder<double>(), ImmutableArray.CreateBuilder<double>());
        for (int s = 0; s < layerOfShape.Length; s++)
            foreach (LayerBits p in space.Costs.Choices)
            {
                (double width, double conversion) = (0, 0);
                if (layerOfShape[s] >= 0)
                {
                    width = sensitivity.Weights[layerOfShape[s]].GetValueOrDefault(p.WeightBits);
                    if (groupOfShape.IndexOf(groupOfShape[s]) == s)
                        width += sensitivity.Activations[groupOfShape[s]].GetValueOrDefault(p.ActivationBits);
                    conversion = adc.Layers[layerOfShape[s]].GetValueOrDefault(p.AdcBits);
                }

                widths.Add(width);
                conversions.Add(conversion);
            }

        return new AdditiveEstimate(new LossTable(widths.ToImmutable(), space.Costs.Choices.Length),
            new LossTable(conversions.ToImmutable(), space.Costs.Choices.Length));
    }
}
