using Cim.Training.Engine;

namespace Cim.Training.Pruning;

/// <summary>Estimates, for every weight, how much the loss rises when it becomes zero.</summary>
internal static class GradientSensitivity
{
    /// <summary>One array of scores for each parameter of the engine.</summary>
    public static async Task<float[][]> MeasureAsync(
        IGradientEngine engine, IAsyncEnumerable<Dictionary<string, float[]>> batches, int limit, PruningScore score)
    {
        double[][] sums = [.. engine.Parameters.Select(parameter => new double[parameter.Values.Length])];
        int count = 0;
        await foreach (Dictionary<string, float[]> batch in batches)
        {
            if (count == limit)
                break;
            engine.Run(batch);
            count++;
            for (int p = 0; p < sums.Length; p++)
            {
                float[] gradient = engine.Gradients[p];
                for (int i = 0; i < gradient.Length; i++)
                    sums[p][i] += score == PruningScore.Fisher ? (double)gradient[i] * gradient[i] : gradient[i];
            }
        }

        return [.. engine.Parameters.Select((parameter, p) => Scores(parameter.Values, sums[p], Math.Max(1, count), score))];
    }

    private static float[] Scores(float[] weights, double[] sums, int count, PruningScore score)
    {
        var scores = new float[weights.Length];
        for (int i = 0; i < scores.Length; i++)
        {
            double mean = sums[i] / count;
            scores[i] = (float)(score switch
            {
                PruningScore.Fisher => 0.5 * weights[i] * weights[i] * mean,
                PruningScore.GradientTimesWeight => Math.Abs(weights[i] * mean),
                _ => (double)weights[i] * weights[i],
            });
        }

        return scores;
    }
}
