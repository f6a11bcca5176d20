using Cim.Runtime;
using Cim.Runtime.Model;

namespace Cim.Bench.Wild;

/// <summary>A compiled network beside ONNX Runtime with the file it came from, on samples that neither calibration nor search
/// saw.</summary>
internal static class WildComparison
{
    /// <summary>Cosine over all outputs of real numbers, and how often the largest score is the same one.</summary>
    /// <param name="model">The ONNX file.</param>
    /// <param name="compiled">The compiled file.</param>
    /// <param name="inputs">The inputs of the compiled network.</param>
    /// <param name="samples">For each of them.</param>
    /// <param name="set">Values of inputs that the compiled network does not have.</param>
    public static (double Cosine, double? TopOne) Of(
        string model, string compiled, IReadOnlyList<WildInput> inputs, WildSamples samples, IReadOnlyDictionary<string, int> set)
    {
        using var network = new FloatNetwork(model);
        using CimModel cim = CimModel.Load(compiled);
        TensorDescription[] outputs = [.. cim.Info.Outputs];
        int rows = cim.Info.Inputs is [{ Shape: [-1, ..] }, ..] ? network.Rows : WildInput.FixedRows(inputs);
        double product = 0, ours = 0, theirs = 0;
        int right = 0, scored = 0;
        for (int at = 0; at + rows <= samples.Count; at += rows)
        {
            WildSamples part = samples.Range(at, rows);
            var given = inputs.Select((input, i) => (input.Name, Value: (part.Inputs[i], Dims(input, rows))))
                .Concat(set.Select(s => (Name: s.Key, Value: (new float[] { s.Value }, Array.Empty<long>()))))
                .ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);
            float[][] expected = network.Run(given, [.. outputs.Select(o => o.Name)]);
            float[][] actual = [.. outputs.Select((_, i) => new float[cim.OutputLength(i, rows)])];
            cim.Run([.. part.Inputs.Select(v => (ReadOnlyMemory<float>)v)], [.. actual.Select(v => v.AsMemory())], rows);
            for (int i = 0; i < outputs.Length; i++)
            {
                if (expected[i].Length != actual[i].Length)
                    throw new InvalidOperationException(
                        $"output '{outputs[i].Name}' has {actual[i].Length} values, ONNX Runtime's has {expected[i].Length}");
                for (int k = 0; k < actual[i].Length; k++)
                {
                    product += (double)expected[i][k] * actual[i][k];
                    ours += (double)actual[i][k] * actual[i][k];
                    theirs += (double)expected[i][k] * expected[i][k];
                }
            }

            if (outputs is not [var score] || score.Shape.Length != 2 || score.SampleLength < 2) continue;
            for (int row = 0; row < rows; row++, scored++)
                if (Largest(expected[0], row, rows) == Largest(actual[0], row, rows)) right++;
        }

        double cosine = ours == 0 && theirs == 0 ? 1 : product / Math.Sqrt(ours * theirs);
        return (cosine, scored > 0 ? (double)right / scored : null);
    }

    private static long[] Dims(WildInput input, int rows) => [.. input.Shape.Select((d, i) => (long)(d >= 0 ? d : i == 0 ? rows : 1))];

    private static int Largest(float[] scores, int row, int rows)
    {
        ReadOnlySpan<float> own = scores.AsSpan(scores.Length / rows * row, scores.Length / rows);
        int best = 0;
        for (int i = 1; i < own.Length; i++)
            if (own[i] > own[best]) best = i;
        return best;
    }
}
