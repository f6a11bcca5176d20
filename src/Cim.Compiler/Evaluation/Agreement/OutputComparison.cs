using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;

namespace Cim.Compiler.Evaluation.Agreement;

/// <summary>How far a policy's outputs are from the float network's on the same samples.</summary>
/// <param name="Divergence">Mean Kullback-Leibler divergence of the class probabilities; relative squared error for other outputs.</param>
/// <param name="LossPoints">Estimated percentage points of accuracy lost; see <see cref="OutputComparison"/>.</param>
/// <param name="BudgetPoints">Percentage points a budget must have for this loss: no more is lost in 95 of 100 cases.</param>
/// <param name="LeastPoints">Percentage points a budget must have in any case (99 %): below, a policy may be within it after all.</param>
internal readonly record struct Distance(double Divergence, double LossPoints, double BudgetPoints, double LeastPoints);

/// <summary>
/// Compares outputs with those of the float network. With labels the estimated loss of accuracy is a paired test of both networks on the
/// samples where they differ (<see cref="PairedLoss"/>); without, it is what the float network's probabilities say its changed classes
/// lose (<see cref="ExpectedLoss"/>). One output that ends with a Sigmoid, or has labels, is a choice of two classes. Outputs that are no
/// class scores (as many outputs as inputs, or one otherwise): the relative squared error in percent.
/// </summary>
internal sealed class OutputComparison
{
    private readonly float[] _reference;
    private readonly int _classes;
    private readonly bool _areProbabilities, _isBinary, _endsWithSigmoid;
    private readonly ImmutableArray<int> _labels;
    private readonly ExpectedLoss? _expected;
    private readonly double _softness = 1;

    /// <param name="reference">[samples, classes] of the float network.</param>
    /// <param name="samples">The number of samples.</param>
    /// <param name="inputElements">Numbers of one input sample.</param>
    /// <param name="areProbabilities">True if the network ends with a softmax.</param>
    /// <param name="labels">One a sample, or default.</param>
    /// <param name="endsWithSigmoid">True if the network ends with a Sigmoid: a single output is then the probability of class 1.</param>
    public OutputComparison(
        float[] reference, int samples, int inputElements, bool areProbabilities, ImmutableArray<int> labels, bool endsWithSigmoid = false)
    {
        // One output that names one of two classes is treated as the scores of both.
        _isBinary = reference.Length == samples && (endsWithSigmoid || !labels.IsDefault);
        _endsWithSigmoid = endsWithSigmoid;
        if (_isBinary) (reference, areProbabilities) = (BothClasses(reference), endsWithSigmoid);
        (_reference, _classes, _areProbabilities, _labels) = (reference, reference.Length / samples, areProbabilities, labels);
        bool areClasses = _classes > 1 && (_isBinary || !labels.IsDefault || _classes != inputElements);
        if (areClasses)
        {
            double temperature = labels.IsDefaultOrEmpty ? 1 : ClassTemperature.Fit(Logarithms(), _classes, labels);
            _expected = new ExpectedLoss(reference, _classes, areProbabilities, temperature);
            _softness = 1 / ClassTemperature.Sensitive(_expected.Margins, labels.IsDefaultOrEmpty ? 1 : temperature);
        }

        MostPoints = areClasses ? FloatPoints(samples) : 100;
        if (areClasses && !labels.IsDefaultOrEmpty)
            FloatAccuracy = new Accuracy((int)Math.Round(MostPoints * samples / 100), samples, 0);
    }

    /// <summary>A comparison with the float network on the samples of the evaluation part.</summary>
    /// <param name="graph">The float network.</param>
    /// <param name="input">Its input.</param>
    /// <param name="data">The samples.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="cancellation">Checked between runs.</param>
    public static OutputComparison WithFloat(Graph graph, GraphInput input, SearchData data, int limit, CancellationToken cancellation)
    {
        return For(graph, input, GraphSession.FirstOutput(graph, input, data.Validation, limit, cancellation),
            Math.Min(limit, data.Validation.Count), data.Labels);
    }

    /// <summary>A comparison with outputs of the float network.</summary>
    /// <param name="graph">The float network.</param>
    /// <param name="input">Its input.</param>
    /// <param name="reference">Its first output.</param>
    /// <param name="samples">The number of samples.</param>
    /// <param name="labels">One a sample, or default.</param>
    public static OutputComparison For(Graph graph, GraphInput input, float[] reference, int samples, ImmutableArray<int> labels)
    {
        // What is left of samples that do not fill a fixed batch is not run.
        if (input.FixedBatch > 1) samples = Math.Max(input.FixedBatch, samples / input.FixedBatch * input.FixedBatch);
        OutputFacts output = NetworkOutputs.Of(graph, input.FixedBatch)[0];
        int elements = input.SampleElements;
        // All samples of a run have one result, or results do not lie sample by sample; labels are not of those.
        if (!output.IsBySample)
            (samples, elements, labels) = input.FixedBatch > 1
                ? (samples / input.FixedBatch, elements * input.FixedBatch, default)
                : (1, reference.Length, default(ImmutableArray<int>));

        return new OutputComparison(
            reference, samples, elements, NetworkOutputs.EndsWithSoftmax(graph), labels, output.EndsWithSigmoid);
    }

    /// <summary>What can be lost: the accuracy of the float network in percent, by labels or by its own probabilities; 100 for other
    /// outputs.</summary>
    public double MostPoints { get; }

    private double FloatPoints(int samples)
    {
        double right = 0;
        double[] p = new double[_classes];
        for (int i = 0; i < samples; i++)
        {
            ReadOnlySpan<float> scores = _reference.AsSpan(i * _classes, _classes);
            Probabilities(scores, p);
            right += _labels.IsDefault ? p.Max() : Accuracy.ArgMax(scores) == _labels[i] ? 1 : 0;
        }

        return samples == 0 ? 100 : 100 * right / samples;
    }

    /// <summary>The float network on the labelled samples; null without labels.</summary>
    public Accuracy? FloatAccuracy { get; }

    /// <summary>True if outputs are compared as scores of classes.</summary>
    public bool AreClasses => _expected is not null;

    /// <summary>Compares the first samples; there may be fewer than of the reference.</summary>
    public Distance Of(ReadOnlySpan<float> outputs)
    {
        if (_isBinary) outputs = BothClasses(outputs);
        if (_expected is null) return RelativeError(outputs);
        if (outputs.SequenceEqual(_reference.AsSpan(0, outputs.Length))) return default;
        int samples = outputs.Length / _classes;
        double divergence = 0;
        (int lost, int gained) = (0, 0);
        double[] p = new double[_classes], q = new double[_classes];
        for (int i = 0; i < samples; i++)
        {
            ReadOnlySpan<float> a = _reference.AsSpan(i * _classes, _classes), b = outputs.Slice(i * _classes, _classes);
            Probabilities(a, p);
            Probabilities(b, q);
            for (int k = 0; k < _classes; k++)
                if (p[k] > 0) divergence += p[k] * Math.Log(p[k] / Math.Max(q[k], 1e-12));
            (int was, int now) = (Accuracy.ArgMax(a), Accuracy.ArgMax(b));
            if (_labels.IsDefault) continue;
            if (was == _labels[i] && now != was) lost++;
            if (now == _labels[i] && now != was) gained++;
        }

        (double expected, double spread) = _expected.Among(outputs);
        PairedLoss loss = _labels.IsDefault ? PairedLoss.WithoutLabels(expected, spread)
            : PairedLoss.Of(expected, spread, lost, gained);
        return new Distance(Math.Max(0, divergence / samples), Math.Min(MostPoints, 100 * loss.Lost / samples),
            100 * loss.AtMost / samples, 100 * loss.AtLeast / samples);
    }

    /// <summary>A probability p as 1 - p and p; a logit z as 0 and z.</summary>
    private float[] BothClasses(ReadOnlySpan<float> outputs)
    {
        float[] both = new float[2 * outputs.Length];
        for (int i = 0; i < outputs.Length; i++) (both[2 * i], both[(2 * i) + 1]) = (_endsWithSigmoid ? 1 - outputs[i] : 0, outputs[i]);
        return both;
    }

    private Distance RelativeError(ReadOnlySpan<float> outputs)
    {
        (double error, double power) = (0, 0);
        for (int i = 0; i < outputs.Length; i++)
        {
            error += ((double)outputs[i] - _reference[i]) * ((double)outputs[i] - _reference[i]);
            power += (double)_reference[i] * _reference[i];
        }

        double relative = power > 0 ? error / power : error;
        return new Distance(relative, Math.Min(MostPoints, 100 * relative), 100 * relative,
            100 * relative * (1 - (PairedLoss.Certain / Math.Sqrt(Math.Max(1, outputs.Length / _classes)))));
    }

    private float[] Logarithms() =>
        _areProbabilities ? [.. _reference.Select(p => MathF.Log(Math.Max(p, 1e-12f)))] : _reference;

    /// <summary>Class probabilities at the temperature at which errors show.</summary>
    private void Probabilities(ReadOnlySpan<float> scores, Span<double> p)
    {
        double sum = 0;
        float top = float.NegativeInfinity;
        if (!_areProbabilities)
            foreach (float s in scores) top = Math.Max(top, s);
        for (int k = 0; k < p.Length; k++)
            sum += p[k] = _areProbabilities
                ? (_softness == 1 ? Math.Max(0, scores[k]) : Math.Pow(Math.Max(0, scores[k]), _softness))
                : Math.Exp((scores[k] - top) * _softness);
        for (int k = 0; k < p.Length; k++) p[k] /= sum > 0 ? sum : 1;
    }
}
