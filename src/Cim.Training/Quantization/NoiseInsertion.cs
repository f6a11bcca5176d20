using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Networks;
using Cim.Training.Operators.Quantizers;
using Cim.Training.Randomness;

namespace Cim.Training.Quantization;

/// <summary>
/// Puts hardware imperfections into the forward pass of a layer: an error added to the weight codes, and conversion of the
/// partial sums of each array. Gradients see the disturbed weights but pass the disturbance itself straight through, so training
/// finds weights that tolerate it (Joshi et al., Nature Communications 11, 2473, 2020).
/// </summary>
internal static class NoiseInsertion
{
    private const int WeightCodesInput = 5;

    public static void Apply(
        QuantizedLayer layer, HardwareNoise noise, NodeProto linear, List<string> inputs, GraphBuilder builder, Action<Control> add)
    {
        if (noise.ProgrammingSigma > 0 || noise.Layers.ContainsKey(layer.Name))
        {
            layer.Noise = new Control(layer.Name + "/programming_error", layer.Weights.Dims, new float[layer.Weights.Values.Length]);
            add(layer.Noise);
            inputs[WeightCodesInput] = builder.Op("Add", inputs[WeightCodesInput], layer.Noise.Name);
        }

        bool grouped = Attributes.GetInt(linear, "group", 1) != 1;
        if (noise.AdcBits <= 0 || grouped)
            return;
        layer.ConverterStep = new Control(layer.Name + "/adc_step", [], [1]);
        layer.ConverterLow = new Control(layer.Name + "/adc_low", [], [-(1 << (noise.AdcBits - 1))]);
        layer.ConverterHigh = new Control(layer.Name + "/adc_high", [], [(1 << (noise.AdcBits - 1)) - 1]);
        foreach (Control control in new[] { layer.ConverterStep, layer.ConverterLow, layer.ConverterHigh })
        {
            add(control);
            inputs.Add(control.Name);
        }

        int channels = layer.Layout.Inputs / layer.Layout.Strip;
        linear.Attribute.Add(Attributes.Int(QuantizedLinear.TileChannels, Math.Clamp(noise.Rows / layer.Layout.Strip, 1, channels)));
        linear.Attribute.Add(Attributes.Int(QuantizedLinear.InputChannels, channels));
    }

    /// <summary>Draws new programming errors, a pure function of (seed, draw, layer).</summary>
    public static void Draw(QuantizedNetwork network, long seed, long draw)
    {
        if (network.Noise is not { } noise)
            return;
        for (int l = 0; l < network.Layers.Count; l++)
        {
            QuantizedLayer layer = network.Layers[l];
            if (layer.Noise is null)
                continue;
            var random = new KeyedRandom(seed, draw, l);
            if (noise.Layers.TryGetValue(layer.Name, out IReadOnlyList<CodeNoise>? byCode))
                Draw(layer, byCode, random);
            else
                Draw(layer, noise.ProgrammingSigma, random);
        }
    }

    private static void Draw(QuantizedLayer layer, double sigma, KeyedRandom random)
    {
        float[] values = layer.Noise!.Values;
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(sigma * layer.HighOf(i) * random.NextNormal());
    }

    private static void Draw(QuantizedLayer layer, IReadOnlyList<CodeNoise> noise, KeyedRandom random)
    {
        int[] codes = layer.Codes();
        for (int o = 0; o < layer.Layout.Outputs; o++)
        {
            CodeNoise own = noise[noise.Count == 1 ? 0 : o];
            for (int i = 0; i < layer.Layout.Inputs; i++)
                layer.Noise!.Values[layer.Layout.Index(o, i)] = own.Of(codes[(o * layer.Layout.Inputs) + i], random.NextNormal());
        }
    }

    /// <summary>
    /// Sets each converter's range to <paramref name="deviations"/> standard deviations of a full array's sum of independent
    /// codes, clipped to the largest sum that can occur.
    /// </summary>
    public static void SetConverterRanges(QuantizedNetwork network, double deviations = 4)
    {
        if (network.Noise is not { AdcBits: > 0 } noise)
            return;
        foreach (QuantizedLayer layer in network.Layers.Where(layer => layer.ConverterStep is not null))
        {
            int rows = Math.Min(noise.Rows, layer.Layout.Inputs);
            double weight = layer.High.Values.Max();
            double activation = layer.Input.LargestCode;
            double typical = Math.Sqrt(layer.Codes().Average(code => (double)code * code)) * activation / Math.Sqrt(3) * Math.Sqrt(rows);
            double range = Math.Min(deviations * typical, rows * weight * activation);
            layer.ConverterStep!.Values[0] = (float)Math.Max(1, range / (1 << (noise.AdcBits - 1)));
        }
    }
}
