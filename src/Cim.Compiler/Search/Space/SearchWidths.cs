using System.Collections.Immutable;

namespace Cim.Compiler.Search.Space;

/// <summary>The widths a space offers, as far as their sensitivities have to be known; narrowest first.</summary>
/// <param name="Weights">Of each searched layer.</param>
/// <param name="Activations">Of each activation group; none if no searched layer reads it.</param>
/// <param name="Conversions">Of each searched layer.</param>
internal sealed record SearchWidths(
    ImmutableArray<int[]> Weights, ImmutableArray<int[]> Activations, ImmutableArray<int[]> Conversions)
{
    /// <summary>Those of a space.</summary>
    public static SearchWidths Of(PolicySpace space, SearchLayers layers)
    {
        int[] shapeOfLayer = [.. Enumerable.Range(0, layers.Searched.Layers.Length).Select(l => layers.LayerOfShape.IndexOf(l))];
        int[] shapeOfGroup = [.. Enumerable.Range(0, layers.Searched.Groups.Length).Select(g => layers.GroupOfShape.IndexOf(g))];
        return new SearchWidths(
            [.. shapeOfLayer.Select(s => Offered(s, c => c.WeightBits))],
            [.. shapeOfGroup.Select(s => s < 0 ? [] : Offered(s, c => c.ActivationBits))],
            [.. shapeOfLayer.Select(s => Offered(s, c => c.AdcBits))]);

        int[] Offered(int shape, Func<LayerBits, int> width) =>
            [.. space.Choices[shape].Select(c => width(space.Costs.Choices[c])).Distinct().Order()];
    }
}
