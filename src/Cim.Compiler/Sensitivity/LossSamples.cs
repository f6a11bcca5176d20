using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Training.Data;
using Cim.Training.Networks;
using Cim.Training.Ort;

namespace Cim.Compiler.Sensitivity;

/// <summary>Samples with what the loss wants of each.</summary>
/// <param name="Set">The samples.</param>
/// <param name="Targets">[samples, outputs].</param>
internal sealed record LossSamples(SampleSet Set, float[] Targets)
{
    private const int Batch = 64;

    /// <summary>Whole batches of a network's validation samples; without labels the targets are the float network's own classes.</summary>
    /// <param name="network">The network, to be differentiated.</param>
    /// <param name="source">The same network, and its samples.</param>
    /// <param name="samples">At most so many.</param>
    public static LossSamples Of(TrainableNetwork network, SampledNetwork source, int samples)
    {
        SearchData data = source.Data;
        int count = Math.Min(samples, data.Validation.Count);
        int used = count <= Batch ? count : count / Batch * Batch;
        var set = new SampleSet(data.Validation.Values[..(used * source.Input.SampleElements)], network.SampleShape, null);
        using var predictor = new Predictor(network, Math.Min(Batch, used), parts: 1);
        float[] scores = predictor.Predict(set);
        int classes = scores.Length / used;
        float[] targets = new float[scores.Length];
        for (int i = 0; i < used; i++)
        {
            // With one output there is no second class: there are no derivatives, and what is measured decides.
            int target = classes == 1 ? 0
                : data.Labels.IsDefault ? Accuracy.ArgMax(scores.AsSpan(i * classes, classes)) : data.Labels[i];
            targets[(i * classes) + target] = 1;
        }

        return new LossSamples(set, targets);
    }
}
