using Cim.Compiler.Ir;
using Cim.Compiler.Ort;

namespace Cim.Compiler.Calibration;

/// <summary>
/// Samples of a layer that several nodes use, as the steps of a recurrent layer do: from all of its uses, because what the first one reads
/// (a state of zeros, say) tells nothing of the others. They are the float network's: a later use reads what this layer itself computed,
/// and
/// its quantized weights are not known yet.
/// </summary>
internal static class SharedLayerSamples
{
    /// <summary>Uses that are looked at, evenly spread: their inputs are in memory at once.</summary>
    private const int MostUses = 16;

    private const int PositionsPerRow = 24, FewestPositions = 4096;

    /// <summary>Samples positions evenly over uses and images.</summary>
    /// <param name="layer">The layer, with its uses by the names of the float network.</param>
    /// <param name="network">The float network, of which nothing has been computed yet.</param>
    /// <param name="cancellation">Checked between runs.</param>
    public static LayerSamples Gather(MvmLayer layer, StagedExecutor network, CancellationToken cancellation)
    {
        int count = Math.Min(layer.Uses.Length, MostUses);
        LayerUse[] uses = [
            .. Enumerable.Range(0, count).Select(i => layer.Uses[(int)((long)i * (layer.Uses.Length - 1) / Math.Max(1, count - 1))])];
        network.Compute([.. uses.SelectMany(u => new[] { u.Input, u.Output }).Distinct(StringComparer.Ordinal)], cancellation);
        int each = Math.Max(1, Math.Max(FewestPositions, PositionsPerRow * layer.RowsPerGroup) / count);
        return Join(layer, [
            .. uses.Select(u => LayerSamples.Gather(layer with { Input = u.Input, Output = u.Output }, network, u.Input, network, each))]);
    }

    private static LayerSamples Join(MvmLayer layer, LayerSamples[] parts)
    {
        int count = parts.Sum(p => p.Count);
        var joined = new LayerSamples(
            count, new float[(long)count * layer.Groups * layer.RowsPerGroup],
            new float[(long)count * layer.Groups * layer.ColumnsPerGroup]);
        for (int g = 0; g < layer.Groups; g++)
        {
            int at = g * count;
            foreach (LayerSamples part in parts)
            {
                Copy(part.X, joined.X, g * part.Count, at, part.Count, layer.RowsPerGroup);
                Copy(part.Y, joined.Y, g * part.Count, at, part.Count, layer.ColumnsPerGroup);
                at += part.Count;
            }
        }

        return joined;
    }

    private static void Copy(float[] from, float[] to, int first, int at, int positions, int width) =>
        from.AsSpan(first * width, positions * width).CopyTo(to.AsSpan(at * width));
}
