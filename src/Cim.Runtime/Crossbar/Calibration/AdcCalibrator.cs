using System.Runtime.InteropServices;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Analog;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Hardware;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Calibration;

/// <summary>How a calibrated range is taken from the measured sums.</summary>
internal enum AdcRangeChoice
{
    /// <summary>Every sum that was measured fits.</summary>
    MinMax,

    /// <summary>All but one sum in ten thousand on each side fit.</summary>
    Percentile,

    /// <summary>The least mean square error of the read-out.</summary>
    LeastSquares,
}

/// <summary>
/// Measures the analog sums of a layer on calibration data and chooses the range of its converters. Not safe for several
/// threads at once.
/// </summary>
/// <example>
/// <code>
/// var calibrator = new AdcCalibrator(layer, profile);
/// foreach (batch) calibrator.Observe(quantizedInputs, images);
/// layer = layer with { AdcCalibration = calibrator.Choose(AdcRangeChoice.LeastSquares) };
/// </code>
/// </example>
internal sealed class AdcCalibrator
{
    private const double Outside = 1e-4;

    private readonly HardwareProfile _profile;
    private readonly AnalogPlan _plan;
    private PreparedLayer? _prepared;

    /// <summary>Prepares to measure a layer; its own calibration is not looked at.</summary>
    public AdcCalibrator(CrossbarLayer layer, HardwareProfile profile)
    {
        _profile = profile;
        // The converters must not change what is measured, and the sums are wanted, not the outputs.
        _plan = new AnalogPlan(
            layer with { AdcCalibration = null, AdcBits = 0, Epilogue = Epilogue.None }, profile with { AdcBits = 0 });
        Histograms = [.. _plan.Cells.Slices.Select((_, s) =>
        {
            (double low, double high) = AdcRanges.Full(layer, _plan.Cells, _plan.Inputs, s);
            double margin = _plan.Cells.IsDifferential ? Math.Max(-low, high) / _plan.Cells.Slices[s].TopLevel : 0;
            return new AdcHistogram((long)(low - margin), (long)(high + margin));
        })];
        Layer = layer;
        _prepared = AnalogLayers.Create(_plan, null, null, SimdLevels.Default, Histograms);
    }

    /// <summary>The layer that is measured.</summary>
    public CrossbarLayer Layer { get; }

    /// <summary>What was measured, per weight slice.</summary>
    public IReadOnlyList<AdcHistogram> Histograms { get; }

    /// <summary>Adds the quantized inputs of some images, in the layout of <see cref="CrossbarLayer"/>.</summary>
    /// <exception cref="InvalidOperationException">Measuring is over.</exception>
    public unsafe void Observe(ReadOnlySpan<byte> input, int images)
    {
        const nuint Alignment = 64;
        PreparedLayer prepared = _prepared ?? throw new InvalidOperationException($"Measuring layer '{Layer.Name}' is over.");
        int bytes = prepared.WorkspaceBytes(images);
        byte[] output = new byte[checked((long)images * Layer.Outputs * Layer.PositionsPerImage * sizeof(float))];
        void* workspace = NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
        try
        {
            prepared.Run(new LayerCall
            {
                Input = input, Output = output, Workspace = new Span<byte>(workspace, bytes), Images = images, FirstImage = 0,
            });
        }
        finally
        {
            NativeMemory.AlignedFree(workspace);
        }
    }

    /// <summary>Ends measuring and frees the memory it takes, several times that of the weights; ranges can still be chosen.</summary>
    public void Release() => _prepared = null;

    /// <summary>The ranges for the layer's ADC bits (or the profile's).</summary>
    /// <exception cref="InvalidOperationException">Nothing was observed.</exception>
    public AdcCalibration Choose(AdcRangeChoice choice) => Choose(choice, _profile);

    /// <summary>The ranges for the layer's ADC bits, or those of a profile that differs from the measured one in its converters
    /// alone.</summary>
    public AdcCalibration Choose(AdcRangeChoice choice, HardwareProfile profile) =>
        Choose(choice, Layer.AdcBits > 0 ? Layer.AdcBits : profile.AdcBits, profile.AdcRange.Policy == AdcRangePolicy.Granular);

    /// <summary>The ranges for a resolution.</summary>
    public AdcCalibration Choose(AdcRangeChoice choice, int bits) =>
        Choose(choice, bits, _profile.AdcRange.Policy == AdcRangePolicy.Granular);

    private AdcCalibration Choose(AdcRangeChoice choice, int bits, bool powerOfTwo)
    {
        if (Histograms.Any(h => h.Total == 0)) throw new InvalidOperationException($"No input of layer '{Layer.Name}' was observed.");
        (double Low, double High)[] ranges = [.. Histograms.Select(h => choice switch
        {
            AdcRangeChoice.Percentile => h.Percentile(Outside),
            AdcRangeChoice.LeastSquares when bits > 0 => h.LeastSquares(bits, powerOfTwo),
            _ => (h.Minimum, h.Maximum),
        })];
        return new AdcCalibration([.. ranges.Select(r => (float)r.Low)], [.. ranges.Select(r => (float)r.High)]);
    }
}
