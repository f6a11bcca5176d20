namespace Cim.Runtime.Operators.Spatial;

/// <summary>Where one coordinate of a grid reads an axis: up to four neighbouring elements and their weights.</summary>
/// <param name="Count">1 nearest, 2 linear, 4 cubic.</param>
/// <param name="Padding">What lies outside: <c>zeros</c>, <c>border</c> or <c>reflection</c>.</param>
/// <param name="AlignCorners">-1 and 1 are the centres of the outermost elements, not their outer edges.</param>
internal sealed record GridAxis(int Count, string Padding, bool AlignCorners)
{
    /// <summary>The parameter of cubic convolution (Keys 1981), as ONNX fixes it for this operator.</summary>
    private const float Cubic = -0.75f;

    public void Taps(float coordinate, int size, Span<int> index, Span<float> weight)
    {
        float x = AlignCorners ? (coordinate + 1) / 2 * (size - 1) : (((coordinate + 1) * size) - 1) / 2;
        if (!float.IsFinite(x)) x = -100f; // far outside
        if (Count == 1) x = MathF.Round(x, MidpointRounding.ToEven);
        if (Count < 4 && Padding == "border") x = Math.Clamp(x, 0, size - 1);
        if (Count < 4 && Padding == "reflection") x = Reflect(x, size);
        x = Math.Clamp(x, -1e6f, 1e6f);
        int first = (int)MathF.Floor(x);
        float rest = x - first;
        if (Count == 1) (index[0], weight[0]) = ((int)MathF.Round(x, MidpointRounding.ToEven), 1);
        else if (Count == 2) (index[0], weight[0], index[1], weight[1]) = (first, 1 - rest, first + 1, rest);
        else
            for (int i = 0; i < 4; i++) (index[i], weight[i]) = (first - 1 + i, CubicWeight(MathF.Abs(rest + 1 - i)));
        for (int i = 0; i < Count; i++)
        {
            if (index[i] >= 0 && index[i] < size) continue;
            if (Padding == "zeros") (index[i], weight[i]) = (0, 0);
            else if (Padding == "border" || Count < 4) index[i] = Math.Clamp(index[i], 0, size - 1);
            else index[i] = Math.Clamp((int)Reflect(index[i], size), 0, size - 1);
        }
    }

    /// <summary>Mirrored at the outer edges (or centres) until it lies inside.</summary>
    private float Reflect(float x, int size)
    {
        float low = AlignCorners ? 0 : -0.5f, high = AlignCorners ? size - 1 : size - 0.5f, range = high - low;
        if (range <= 0) return 0;
        if (x < low)
        {
            float beyond = low - x;
            int times = (int)(beyond / range);
            float rest = beyond - (times * range);
            return times % 2 == 0 ? low + rest : high - rest;
        }

        if (x > high)
        {
            float beyond = x - high;
            int times = (int)(beyond / range);
            float rest = beyond - (times * range);
            return times % 2 == 0 ? high - rest : low + rest;
        }

        return x;
    }

    private static float CubicWeight(float d) =>
        d <= 1 ? (((((Cubic + 2) * d) - (Cubic + 3)) * d) * d) + 1
        : d < 2 ? (((((d - 5) * Cubic * d) + (8 * Cubic)) * d) - (4 * Cubic))
        : 0;
}
