using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Crossbar;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>The quantizers of activations, from what a network does on calibration samples.</summary>
public sealed class ActivationRangesTests
{
    private static readonly Graph _graph = RandomNetworks.Import(new ModelBuilder().Input("x", -1, 4).Weight("w", 4, 4).Weight("v", 4, 4)
        .Node("first", "Gemm", "x w", "h", ("transB", 1)).Node("Relu", "h", "r").Node("second", "Gemm", "r v", "y", ("transB", 1))
        .Output("y").Bytes);

    private static readonly float[] _samples = [-2, 1, 0.5f, 1, 1.5f, -1, 0, 2];

    [Theory]
    [InlineData(8)]
    [InlineData(4)]
    public void The_largest_magnitude_is_the_largest_integer_and_results_of_a_Relu_have_no_sign(int bits)
    {
        ActivationRanges ranges = Measure(new CalibrationData(_samples, 2, false), null);
        QuantizationParameters input = ranges.Parameters(0, bits), hidden = ranges.Parameters(1, bits);
        Assert.Equal((true, false), (input.Signed, hidden.Signed));
        Assert.Equal(2.0 / ((1 << (bits - 1)) - 1), input.Scale, 1e-6);
        Assert.Equal(ranges.Magnitude(1) / ((1 << bits) - 1), hidden.Scale, 1e-6);
        Assert.Equal((0, 0), (input.ZeroPoint, hidden.ZeroPoint));
    }

    [Fact]
    public void Ranges_that_are_known_replace_those_of_random_samples_only()
    {
        var known = new Dictionary<string, double> { ["r"] = 10 };
        Assert.Equal(10.0 / 255, Measure(new CalibrationData(_samples, 2, true), known).Parameters(1, 8).Scale, 1e-6);
        ActivationRanges measured = Measure(new CalibrationData(_samples, 2, false), known);
        Assert.Equal(measured.Magnitude(1) / 255, measured.Parameters(1, 8).Scale, 1e-6);
    }

    private static ActivationRanges Measure(CalibrationData data, Dictionary<string, double>? known)
    {
        ImmutableArray<ActivationGroup> groups = ActivationGroups.Find(_graph, MvmLayers.Find(_graph));
        return new ActivationRanges(
            _graph, GraphInput.Of(_graph), data, groups, new QuantizerOptions { Range = RangeMethod.MinMax }, default, known);
    }
}
