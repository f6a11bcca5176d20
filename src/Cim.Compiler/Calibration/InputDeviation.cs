using Cim.Compiler.Ir;

namespace Cim.Compiler.Calibration;

/// <summary>
/// How large the numbers are that a network was trained on, without having seen one: a normalisation behind a layer that reads an input
/// recorded the deviation s of each output, and inputs of deviation d that do not depend on each other give d |w|, so d is about s / |w|.
/// The median over outputs is off by a factor of two or three for images, whose neighbouring pixels are alike, but tells 0..255 from 0..1.
/// </summary>
internal static class InputDeviation
{
    /// <summary>Deviations nearer to 1 than by this factor are taken as 1: the estimate says no more.</summary>
    private const double Telling = 6;

    /// <summary>The deviation of an input's numbers as a power of two, 1 if nothing says that they are far from normalised.</summary>
    /// <param name="graph">The imported graph, with what its normalisations gave before they were folded away.</param>
    /// <param name="input">The input.</param>
    public static double Of(Graph graph, string input)
    {
        var topology = new GraphTopology(graph);
        foreach (MvmLayer layer in MvmLayers.Find(graph))
        {
            if (Root(topology, layer.Input) != input || !graph.Normalised.TryGetValue(layer.Output, out ChannelMoments? moments)) continue;
            double[] deviations = [.. Deviations(layer, moments).Order()];
            if (deviations.Length == 0) continue;
            double median = deviations[deviations.Length / 2];
            return median >= Telling || median <= 1 / Telling ? Math.ScaleB(1, (int)Math.Round(Math.Log2(median))) : 1;
        }

        return 1;
    }

    private static IEnumerable<double> Deviations(MvmLayer layer, ChannelMoments moments)
    {
        float[] weights = layer.WeightMatrix.Span<float>().ToArray();
        for (int c = 0; c < layer.Outputs && c < moments.Deviation.Length; c++)
        {
            double square = 0;
            foreach (float w in weights.AsSpan(c * layer.RowsPerGroup, layer.RowsPerGroup)) square += (double)w * w;
            double deviation = Math.Abs(moments.Deviation[c]) / Math.Sqrt(square);
            if (deviation > 0 && double.IsFinite(deviation)) yield return deviation;
        }
    }

    /// <summary>Where a value comes from that operators have only moved.</summary>
    private static string Root(GraphTopology topology, string value)
    {
        while (topology.Producer(value) is { } node && MovementOperators.DataInputs(topology.Graph, node) is { Length: 1 } inputs)
            value = inputs[0];
        return value;
    }
}
