using Cim.Compiler.Scheduling.Copies;

namespace Cim.Compiler.Scheduling.ClosedForm;

/// <summary>
/// Copies with the fastest slowest layer, found by bisection over its time instead of copy by copy: a search asks for them thousands of
/// times.
/// </summary>
internal static class EvenCopies
{
    private const int Bisections = 40;

    /// <summary>The sets of arrays of each layer.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="extra">Arrays beside one copy of each layer.</param>
    public static long[] Of(IReadOnlyList<LayerLoad> layers, long extra)
    {
        (double low, double high) = (0, 0);
        foreach (LayerLoad layer in layers)
        {
            high = Math.Max(high, layer.BusyNs(1));
            low = Math.Max(low, layer.BusyNs(layer.MostSets));
        }

        if (extra <= 0 || layers.Count == 0) return [.. layers.Select(_ => 1L)];
        if (Used(layers, low) <= extra) high = low;
        for (int i = 0; i < Bisections && high > low * (1 + 1e-6); i++)
        {
            double middle = Math.Sqrt(Math.Max(low, 1e-9) * high);
            if (Used(layers, middle) <= extra) high = middle;
            else low = middle;
        }

        return [.. layers.Select(l => l.SetsWithin(high))];
    }

    private static long Used(IReadOnlyList<LayerLoad> layers, double ns)
    {
        long used = 0;
        foreach (LayerLoad layer in layers) used += (layer.SetsWithin(ns) - 1) * layer.Arrays;
        return used;
    }
}
