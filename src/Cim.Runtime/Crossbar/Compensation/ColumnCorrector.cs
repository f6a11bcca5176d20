using System.Runtime.InteropServices;
using Cim.Runtime.Crossbar.Analog;
using Cim.Runtime.Crossbar.Exact;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Hardware;
using Cim.Runtime.Simd;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Crossbar.Compensation;

/// <summary>
/// Fits what every output of a programmed layer is multiplied with and shifted by so that it comes closest to the ideal
/// result, as a tester would: test vectors are run through the chip, and for each output
/// scale = cov(ideal, chip) / var(chip), offset = mean(ideal) - scale * mean(chip).
/// </summary>
/// <remarks>The scale goes into the output's weight scale, the offset into its bias: no hardware is added.</remarks>
internal static class ColumnCorrector
{
    /// <summary>A column this far off is broken, not mis-scaled.</summary>
    private const double LargestScale = 4;

    /// <summary>Test vectors read noise of their own, far from that of any image.</summary>
    private const long FirstTest = 1L << 48;

    /// <summary>The plan with corrected scales and biases; the same instance if there is nothing to correct with.</summary>
    /// <param name="plan">The layer as mapped.</param>
    /// <param name="profile">The hardware.</param>
    /// <param name="effective">Effective levels of the chip.</param>
    /// <param name="errors">Errors of its read-out.</param>
    /// <param name="level">The vector width; results do not depend on it.</param>
    public static AnalogPlan Apply(AnalogPlan plan, HardwareProfile profile, float[] effective, ColumnErrors errors, SimdLevel level)
    {
        if (profile.ColumnCorrection == ColumnCorrection.None || plan.Layer.TestInputs is not { } tests) return plan;
        int vectors = tests.Shape[0];
        // Test vectors are rows of a plain matrix, whatever the layer is.
        CrossbarLayer matrix = plan.Layer with { Geometry = null, PositionsPerImage = 1, Epilogue = Epilogue.None };
        float[] ideal = Run(ExactLayers.Prepare(matrix, level), matrix, tests, vectors);
        float[] chip = Run(AnalogLayers.Fastest(new AnalogPlan(matrix, profile), effective, errors, level), matrix, tests, vectors);
        float[] scales = [.. plan.Layer.WeightScales];
        int[] bias = [.. plan.Layer.Bias];
        for (int o = 0; o < plan.Layer.Outputs; o++)
        {
            double unit = plan.Layer.Input.Scale * (double)scales[o];
            if (unit == 0) continue;
            (double scale, double offset) = Fit(ideal, chip, o, plan.Layer.Outputs, profile.ColumnCorrection);
            // y = scale * unit * (sum + bias) + offset
            double shift = offset / (scale * unit);
            if (Math.Abs(bias[o] + shift) > int.MaxValue / 2) continue;
            (scales[o], bias[o]) = ((float)(scales[o] * scale), (int)Math.Round(bias[o] + shift));
        }
        return new AnalogPlan(plan.Layer with { WeightScales = [.. scales], Bias = [.. bias] }, profile);
    }

    private static (double Scale, double Offset) Fit(float[] ideal, float[] chip, int output, int outputs, ColumnCorrection kind)
    {
        double x = 0, y = 0, xx = 0, xy = 0;
        int n = ideal.Length / outputs;
        for (int i = 0; i < n; i++) (x, y) = (x + chip[(i * outputs) + output], y + ideal[(i * outputs) + output]);
        (x, y) = (x / n, y / n);
        for (int i = 0; i < n; i++)
        {
            double dx = chip[(i * outputs) + output] - x;
            (xx, xy) = (xx + (dx * dx), xy + (dx * (ideal[(i * outputs) + output] - y)));
        }
        double scale = kind == ColumnCorrection.Offset || xx == 0 ? 1 : xy / xx;
        if (!(scale is >= 1 / LargestScale and <= LargestScale)) scale = 1;
        return (scale, y - (scale * x));
    }

    private static unsafe float[] Run(PreparedLayer prepared, CrossbarLayer matrix, Tensor tests, int vectors)
    {
        const nuint Alignment = 64;
        float[] results = new float[checked(vectors * matrix.Outputs)];
        int bytes = prepared.WorkspaceBytes(vectors);
        void* workspace = NativeMemory.AlignedAlloc((nuint)Math.Max(1, bytes), Alignment);
        try
        {
            prepared.Run(new LayerCall
            {
                Input = tests.Data.Span, Output = MemoryMarshal.AsBytes(results.AsSpan()), Workspace = new Span<byte>(workspace, bytes),
                Images = vectors, FirstImage = FirstTest,
            });
        }
        finally
        {
            NativeMemory.AlignedFree(workspace);
        }
        return results;
    }
}
