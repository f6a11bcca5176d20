using Cim.Compiler.Calibration;
using Cim.Compiler.Ort;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Calibration;

/// <summary>Samples that say nothing about what a network will read.</summary>
public sealed class SampleInformationTests
{
    private static readonly GraphInput _input = GraphInput.Of(RandomNetworks.Import(
        new ModelBuilder().Input("x", -1, 2).Node("Relu", "x", "y").Output("y").Bytes));

    [Theory]
    [InlineData(new float[] { 0, 0, 0, 0 }, "all numbers are zero")]
    [InlineData(new float[] { 3, 3, 3, 3 }, "all numbers are 3")]
    [InlineData(new float[] { 1, 2, 1, 2 }, "all 2 samples are the same")]
    [InlineData(new float[] { 1e-30f, 2e-30f, 1e-30f, 0 }, "no number is larger")]
    [InlineData(new float[] { 1e30f, 2, 3, 4 }, "numbers reach 1E+30")]
    public void What_is_wrong_is_said(float[] values, string problem) =>
        Assert.StartsWith(problem, SampleInformation.Problem(new CalibrationData(values, 2, false), _input), StringComparison.Ordinal);

    [Theory]
    [InlineData(new float[] { 1, 2, 3, 4 }, false)]
    [InlineData(new float[] { 0, 0, 0, 1 }, false)]
    [InlineData(new float[] { 0, 0, 0, 0 }, true)]
    public void Samples_that_differ_are_fine_and_random_ones_are_not_looked_at(float[] values, bool isSynthetic) =>
        Assert.Null(SampleInformation.Problem(new CalibrationData(values, 2, isSynthetic), _input));
}
