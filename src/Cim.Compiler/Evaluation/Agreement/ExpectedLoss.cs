using Cim.Compiler.Statistics;

namespace Cim.Compiler.Evaluation.Agreement;

/// <summary>
/// How many right answers a network is expected to lose against another without knowing which are right: if the float network's
/// probabilities are (<see cref="ClassTemperature"/>), a sample whose class changes from a to b loses p(a) - p(b). Changes at a boundary
/// cost next to nothing, as many become right there as wrong; so loss is of second order in the errors, and counting changes would
/// overestimate a small one.
/// </summary>
/// <remarks>
/// Few samples change at all, and a search would find the policy that is lucky with them. So as much error again (a normal variable of
/// standard deviation s, that of the margin between a and b of samples near a boundary) is thought to be added, which doubles the
/// loss: a sample of margin m changes with probability Phi(-m / s) by it, which is known without drawing anything. Half of the loss of
/// these probabilities is the estimate.
/// </remarks>
internal sealed class ExpectedLoss
{
    /// <summary>With fewer samples only changes count: the size of an error cannot be estimated from a tenth of them.</summary>
    private const int Enough = 64;

    /// <summary>A normal variable's standard deviation over its mean magnitude.</summary>
    private static readonly double _deviationOfMagnitude = Math.Sqrt(Math.PI / 2);

    private readonly float[] _reference;
    private readonly double[] _margins;
    private readonly int[] _classOf;
    private readonly double _near;
    private readonly int _classes;
    private readonly bool _areProbabilities;
    private readonly double _inverse;

    /// <param name="reference">[samples, classes] of the float network.</param>
    /// <param name="classes">Outputs of a sample.</param>
    /// <param name="areProbabilities">True if the network ends with a softmax: margins then are of logarithms.</param>
    /// <param name="temperature">The temperature at which the network's probabilities are right.</param>
    public ExpectedLoss(float[] reference, int classes, bool areProbabilities, double temperature = 1)
    {
        (_reference, _classes, _areProbabilities, _inverse) = (reference, classes, areProbabilities, 1 / temperature);
        _classOf = new int[reference.Length / classes];
        _margins = new double[_classOf.Length];
        for (int i = 0; i < _classOf.Length; i++)
        {
            ReadOnlySpan<float> scores = Of(reference, i);
            _classOf[i] = Accuracy.ArgMax(scores);
            _margins[i] = Score(scores[_classOf[i]]) - Score(scores[Next(scores, _classOf[i])]);
        }

        _near = _margins.Order().ElementAt(_margins.Length / 10);
    }

    /// <summary>The float network's margins: the best score minus the next, one a sample.</summary>
    public double[] Margins => _margins;

    /// <summary>The expected number of right answers lost among the first samples, and its standard deviation.</summary>
    /// <param name="outputs">[samples, classes] of another network; there may be fewer samples than of the reference.</param>
    public (double Lost, double Deviation) Among(ReadOnlySpan<float> outputs)
    {
        int samples = outputs.Length / _classes;
        double[] margins = new double[samples], losses = new double[samples];
        (double magnitudes, int near) = (0, 0);
        for (int i = 0; i < samples; i++)
        {
            ReadOnlySpan<float> scores = Of(outputs, i);
            (int first, int next) = (_classOf[i], Next(scores, _classOf[i]));
            margins[i] = Score(scores[first]) - Score(scores[next]);
            losses[i] = LossOf(Of(_reference, i), first, next);
            // Errors grow with a sample's outputs, and it is the samples near a boundary that change.
            if (_margins[i] > _near) continue;
            magnitudes += Math.Abs(margins[i] - _margins[i]);
            near++;
        }

        double deviation = _deviationOfMagnitude * magnitudes / Math.Max(1, near);
        bool isSmooth = samples >= Enough && deviation > 0;
        (double lost, double squares) = (0, 0);
        for (int i = 0; i < samples; i++)
        {
            double loss = losses[i] * (isSmooth ? 0.5 * NormalDistribution.Above(margins[i] / deviation) : margins[i] >= 0 ? 0 : 1);
            (lost, squares) = (lost + loss, squares + (loss * loss));
        }

        return (lost, Math.Sqrt(squares));
    }

    private ReadOnlySpan<float> Of(ReadOnlySpan<float> outputs, int sample) => outputs.Slice(sample * _classes, _classes);

    /// <summary>p(a) - p(b) by the float network.</summary>
    private double LossOf(ReadOnlySpan<float> scores, int first, int next)
    {
        if (_areProbabilities && _inverse == 1) return Math.Max(0, scores[first] - scores[next]);
        (double top, double sum) = (Score(scores[first]), 0);
        foreach (float s in scores) sum += Math.Exp((Score(s) - top) * _inverse);
        return (1 - Math.Exp((Score(scores[next]) - top) * _inverse)) / sum;
    }

    /// <summary>The best class but one.</summary>
    private static int Next(ReadOnlySpan<float> scores, int but)
    {
        int next = but == 0 ? 1 : 0;
        for (int k = next + 1; k < scores.Length; k++)
            if (k != but && scores[k] > scores[next]) next = k;
        return next;
    }

    private double Score(float output) => _areProbabilities ? Math.Log(Math.Max(output, 1e-12)) : output;
}
