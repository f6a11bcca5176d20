using Cim.Training.Networks;
using Cim.Training.Quantization;

namespace Cim.Training.Tests.Quantization;

/// <summary>
/// The network of <see cref="SmallNetworks.Dense"/> (conv 3x3 pad 1, Relu, maxpool 2, linear, Relu, linear over 8x8 images) with
/// integer loops, written from the definition: int codes, int accumulation, int bias, one product with a real scale per layer.
/// </summary>
internal static class IntegerReference
{
    public static float[] Scores(QuantizedNetwork network, ReadOnlySpan<float> image)
    {
        QuantizedLayer[] layers = [.. network.Layers];
        int[] x = Quantize(layers[0], image);
        int[] weights = layers[0].Codes();
        int outputs = layers[0].Layout.Outputs;
        var map = new float[outputs * 64];
        for (int o = 0; o < outputs; o++)
        {
            for (int p = 0; p < 64; p++)
            {
                int sum = 0;
                for (int k = 0; k < 9; k++)
                {
                    int y = (p / 8) + (k / 3) - 1;
                    int z = (p % 8) + (k % 3) - 1;
                    if (y is >= 0 and < 8 && z is >= 0 and < 8)
                        sum += weights[(o * 9) + k] * x[(y * 8) + z];
                }

                map[(o * 64) + p] = Math.Max(0, Real(network, 0, o, sum));
            }
        }

        var pooled = new float[outputs * 16];
        for (int i = 0; i < pooled.Length; i++)
        {
            int at = ((i / 16) * 64) + ((i % 16 / 4) * 16) + (i % 4 * 2);
            pooled[i] = new[] { map[at], map[at + 1], map[at + 8], map[at + 9] }.Max();
        }

        float[] hidden = [.. Dense(network, 1, pooled).Select(value => Math.Max(0, value))];
        return Dense(network, 2, hidden);
    }

    private static float[] Dense(QuantizedNetwork network, int index, float[] values)
    {
        QuantizedLayer layer = network.Layers[index];
        int[] x = Quantize(layer, values);
        int[] weights = layer.Codes();
        var result = new float[layer.Layout.Outputs];
        for (int o = 0; o < result.Length; o++)
        {
            int sum = 0;
            for (int i = 0; i < x.Length; i++)
                sum += weights[(o * x.Length) + i] * x[i];
            result[o] = Real(network, index, o, sum);
        }

        return result;
    }

    private static int[] Quantize(QuantizedLayer layer, ReadOnlySpan<float> values)
    {
        int bits = layer.Input.Bits;
        (int low, int high) = layer.Input.IsSigned ? (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) : (0, (1 << bits) - 1);
        var codes = new int[values.Length];
        for (int i = 0; i < codes.Length; i++)
            codes[i] = Math.Clamp((int)MathF.Round(values[i] / layer.Input.Step.Values[0], MidpointRounding.ToEven), low, high);
        return codes;
    }

    private static float Real(QuantizedNetwork network, int index, int output, int sum)
    {
        QuantizedLayer layer = network.Layers[index];
        Parameter bias = network.Network.Parameters.Where(parameter => parameter.Role == ParameterRole.Bias).ElementAt(index);
        float scale = layer.Input.Step.Values[0] * layer.WeightStep.Values[output];
        return (sum + (int)MathF.Round(bias.Values[output] / scale, MidpointRounding.ToEven)) * scale;
    }
}
