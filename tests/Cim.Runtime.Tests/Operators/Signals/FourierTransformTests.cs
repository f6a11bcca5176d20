using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Signals;

/// <summary>Fourier transforms against their closed forms.</summary>
public sealed class FourierTransformTests
{
    [Fact]
    public void A_wave_has_one_frequency_and_the_inverse_restores_it()
    {
        const int Length = 12;
        float[] wave = [.. Enumerable.Range(0, Length).Select(i => MathF.Cos(2 * MathF.PI * 3 * i / Length))];
        Tensor x = Floats([1, Length, 1], wave), spectrum = Run("DFT", x);
        for (int k = 0; k < Length; k++)
        {
            Assert.Equal(k is 3 or 9 ? Length / 2f : 0, spectrum.Floats()[2 * k], 1e-5f);
            Assert.Equal(0, spectrum.Floats()[(2 * k) + 1], 1e-5f);
        }

        float[] back = Run("DFT", Attributes(("inverse", 1)), spectrum).Floats();
        for (int i = 0; i < Length; i++) Assert.Equal(wave[i], back[2 * i], 1e-5f);
    }

    [Fact]
    public void Real_signals_need_half_of_it_and_short_ones_are_filled_up()
    {
        Tensor x = Floats([1, 3, 1], 1, 2, 3);
        Tensor half = Run("DFT", Attributes(("onesided", 1)), x, Tensor.Scalar(5L));
        Assert.Equal([1, 3, 2], half.Dims());
        Assert.Equal(6, half.Floats()[0], 1e-6f);
        Refused("DFT", Attributes(("onesided", 1)), Floats([1, 1, 2], 1, 2));
        Refused("DFT", null, Floats([1, 3, 3], new float[9]));
        Refused("DFT", null, x, null, Tensor.Scalar(2L));
    }
}
