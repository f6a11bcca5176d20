namespace Cim.Runtime.Operators.Spatial;

/// <summary>How a coordinate of the output maps to one of the input, and which input elements are then mixed.</summary>
internal sealed record ResizeRule(
    string Coordinates, string Mode, string NearestMode, double CubicCoefficient, bool ExcludeOutside)
{
    public static bool IsKnownCoordinates(string name) => name is "half_pixel" or "half_pixel_symmetric" or "pytorch_half_pixel"
        or "align_corners" or "asymmetric" or "tf_half_pixel_for_nn" or "tf_crop_and_resize";
}

/// <summary>
/// The taps of one resized axis: output index o is the sum over t of Weight[o, t] * input[Index[o, t]]; an output whose
/// coordinate lies outside the input under tf_crop_and_resize has index -1 and takes the extrapolation value.
/// </summary>
internal sealed class ResizeAxis
{
    private ResizeAxis(int outputSize, int taps) =>
        (Taps, Index, Weight) = (taps, new int[outputSize * taps], new float[outputSize * taps]);

    public int Taps { get; }

    public int[] Index { get; }

    public float[] Weight { get; }

    /// <param name="rule">Coordinate transformation and interpolation.</param>
    /// <param name="inputSize">Elements of the input along the axis.</param>
    /// <param name="outputSize">Elements of the output.</param>
    /// <param name="scale">Output over input, as given or derived from the sizes.</param>
    /// <param name="roiStart">Start of the region of interest (tf_crop_and_resize).</param>
    /// <param name="roiEnd">Its end.</param>
    public static ResizeAxis Create(ResizeRule rule, int inputSize, int outputSize, double scale, double roiStart, double roiEnd)
    {
        int taps = rule.Mode switch { "nearest" => 1, "linear" => 2, _ => 4 };
        var axis = new ResizeAxis(outputSize, taps);
        for (int o = 0; o < outputSize; o++)
        {
            double x = Coordinate(rule.Coordinates, o, inputSize, outputSize, scale, roiStart, roiEnd);
            Span<int> index = axis.Index.AsSpan(o * taps, taps);
            Span<float> weight = axis.Weight.AsSpan(o * taps, taps);
            if (rule.Coordinates == "tf_crop_and_resize" && (x < 0 || x > inputSize - 1)) index.Fill(-1);
            else if (taps == 1) (index[0], weight[0]) = (Nearest(rule.NearestMode, x, inputSize), 1);
            else Interpolate(rule, x, inputSize, index, weight);
        }

        return axis;
    }

    private static double Coordinate(string mode, int o, int inputSize, int outputSize, double scale, double roiStart, double roiEnd)
    {
        switch (mode)
        {
            case "asymmetric": return o / scale;
            // As ONNX's conformance cases have it, the resized length is not rounded where scales are given.
            case "align_corners": return outputSize == 1 ? 0 : o * (inputSize - 1.0) / ((scale * inputSize) - 1.0);
            case "pytorch_half_pixel": return outputSize == 1 ? 0 : ((o + 0.5) / scale) - 0.5;
            case "tf_half_pixel_for_nn": return (o + 0.5) / scale;
            case "half_pixel_symmetric":
                // The part of the output that a fractional size cuts off is shared by both ends.
                double exact = scale * inputSize, adjustment = outputSize / exact, centre = inputSize / 2.0;
                return (centre * (1 - adjustment)) + ((o + 0.5) / scale) - 0.5;
            case "tf_crop_and_resize":
                return outputSize > 1
                    ? (roiStart * (inputSize - 1)) + (o * (roiEnd - roiStart) * (inputSize - 1) / (outputSize - 1))
                    : 0.5 * (roiStart + roiEnd) * (inputSize - 1);
            default: return ((o + 0.5) / scale) - 0.5;
        }
    }

    private static int Nearest(string mode, double x, int size)
    {
        double rounded = mode switch
        {
            "floor" => Math.Floor(x),
            "ceil" => Math.Ceiling(x),
            "round_prefer_ceil" => Math.Floor(x + 0.5),
            _ => Math.Ceiling(x - 0.5),
        };
        return (int)Math.Clamp(rounded, 0, size - 1);
    }

    private static void Interpolate(ResizeRule rule, double x, int size, Span<int> index, Span<float> weight)
    {
        double floor = Math.Floor(x), f = x - floor;
        int first = (int)floor - (index.Length == 2 ? 0 : 1);
        Span<double> w = stackalloc double[4];
        if (index.Length == 2)
        {
            (w[0], w[1]) = (1 - f, f);
        }
        else
        {
            double a = rule.CubicCoefficient;
            for (int t = 0; t < 4; t++)
            {
                double d = Math.Abs(t - 1 - f);
                w[t] = d <= 1 ? ((((a + 2) * d) - (a + 3)) * d * d) + 1 : ((((a * d) - (5 * a)) * d + (8 * a)) * d) - (4 * a);
            }
        }

        double sum = 0;
        for (int t = 0; t < index.Length; t++)
        {
            bool outside = first + t < 0 || first + t >= size;
            index[t] = Math.Clamp(first + t, 0, size - 1);
            if (rule.ExcludeOutside && outside) w[t] = 0;
            sum += w[t];
        }

        for (int t = 0; t < index.Length; t++) weight[t] = (float)(rule.ExcludeOutside ? w[t] / sum : w[t]);
    }
}
