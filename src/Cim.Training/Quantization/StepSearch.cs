using Cim.Training.Data;
using Cim.Training.Networks;
using Cim.Training.Ort;

namespace Cim.Training.Quantization;

/// <summary>Steps of least squared error, by trying fractions of the largest value.</summary>
internal static class StepSearch
{
    private const int Candidates = 80;

    private const int SampledValues = 1 << 16;

    /// <summary>The best step for each output channel (or strip) of a layer.</summary>
    public static void ForWeights(QuantizedLayer layer)
    {
        float[] steps = layer.WeightStep.Values;
        MatrixLayout layout = layer.Layout;
        bool perStrip = steps.Length != layout.Outputs;
        int strips = perStrip ? layout.Strip : 1;
        for (int o = 0; o < layout.Outputs; o++)
        {
            for (int strip = 0; strip < strips; strip++)
            {
                int[] elements = [.. Enumerable.Range(0, layout.Inputs)
                    .Where(i => !perStrip || i % layout.Strip == strip)
                    .Select(i => layout.Index(o, i))
                    .Where(element => layer.HighOf(element) > 0)];
                float high = elements.Length == 0 ? 1 : elements.Max(layer.HighOf);
                float largest = elements.Length == 0
                    ? 0
                    : elements.Max(element => Math.Abs(layer.Weights.Values[element]) * (high / layer.HighOf(element)));
                steps[(o * strips) + strip] = Best(largest, high, step => SquaredError(layer, elements, step));
            }
        }
    }

    /// <summary>The best step of every activation on samples run through the float network.</summary>
    public static void ForActivations(
        TrainableNetwork network, IReadOnlyList<QuantizedTensor> activations, SampleSet calibration, CancellationToken cancellation)
    {
        Dictionary<string, List<float>> sampled = activations.ToDictionary(
            tensor => tensor.Name, _ => new List<float>(), StringComparer.Ordinal);
        using (var predictor = new Predictor(network, Math.Min(64, calibration.Count), [.. sampled.Keys]))
        {
            int batches = (calibration.Count + predictor.BatchSize - 1) / predictor.BatchSize;
            predictor.ForEachBatch(
                calibration, (name, count, values) => Sample(sampled[name], values, count, predictor.BatchSize, batches), cancellation);
        }

        foreach (QuantizedTensor tensor in activations)
        {
            float[] values = [.. sampled[tensor.Name]];
            tensor.Step.Values[0] = Best(values.Length == 0
                ? 0
                : values.Max(Math.Abs), tensor.LargestCode, step =>
                SquaredError(values, step, tensor.Low.Values[0], tensor.High.Values[0]));
        }
    }

    /// <summary>Takes an evenly spread part of a batch so that all batches together give about <see cref="SampledValues"/>.</summary>
    private static void Sample(List<float> into, float[] values, int count, int batchSize, int batches)
    {
        int length = values.Length / batchSize * count;
        int wanted = Math.Max(1, SampledValues / batches);

        // A prime stride visits all positions and channels evenly.
        int stride = Math.Max(1, length / wanted) | 1;
        for (int i = 0; i < length; i += stride)
            into.Add(values[i]);
    }

    private static float Best(float largest, float high, Func<float, double> error)
    {
        if (largest == 0)
            return 1e-6f;
        float best = largest / high;
        double least = double.PositiveInfinity;
        for (int candidate = Candidates; candidate >= 4; candidate--)
        {
            float step = largest * candidate / (Candidates * high);
            double squared = error(step);
            if (squared < least)
            {
                least = squared;
                best = step;
            }
        }

        return best;
    }

    private static double SquaredError(QuantizedLayer layer, int[] elements, float step)
    {
        double sum = 0;
        foreach (int element in elements)
        {
            float value = layer.Weights.Values[element];
            double difference = value - (layer.Code(element, value, step) * step);
            sum += difference * difference;
        }

        return sum;
    }

    private static double SquaredError(float[] values, float step, float low, float high)
    {
        double sum = 0;
        float inverse = 1 / step;
        foreach (float value in values)
        {
            double difference = value - (Math.Clamp(MathF.Round(value * inverse, MidpointRounding.ToEven), low, high) * step);
            sum += difference * difference;
        }

        return sum;
    }
}
