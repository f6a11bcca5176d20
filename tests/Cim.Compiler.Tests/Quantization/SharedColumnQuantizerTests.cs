using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.ColumnSharing;
using Cim.Runtime;
using Cim.Runtime.Mapping;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>Weights made of shared columns.</summary>
public sealed class SharedColumnQuantizerTests
{
    [Fact]
    public void Weights_that_shared_columns_can_represent_are_fitted_to_the_last_bit()
    {
        var random = new Random(4);
        var shape = new LayerShape("l", 1, 70, 24, 1);
        SharedColumns shared = SharedColumnCases.RandomSharing(random, shape, false);
        sbyte[] integers = SharedColumnCases.Integers(random, shared, shape);
        float[] weights = [.. integers.Select((q, i) => q * (0.01f + (0.001f * (i / 70))))];
        SharedColumnLayer fitted = SharedColumnQuantizer.Fit(weights, shared, null);
        double error = 0, power = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            double w = fitted.Integers()[i] * (double)fitted.Scales()[i / 70];
            (error, power) = (error + Math.Pow(w - weights[i], 2), power + (weights[i] * weights[i]));
        }

        // What rounding of a different unit leaves: columns have 4 bits.
        Assert.InRange(error / power, 0, 0.02);
    }
}
