using System.Numerics;
using System.Runtime.InteropServices;
using Cim.Training.Networks;

namespace Cim.Training.Optimization;

/// <summary>Updates parameters in place. Vectorised without fused multiply-add, so every SIMD width gives the same bits.</summary>
internal sealed class Optimizer
{
    /// <summary>Added to the root of Adam's second moment.</summary>
    public const float AdamEpsilon = 1e-8f;

    private readonly OptimizerOptions _options;
    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly float[][] _first;
    private readonly float[][] _second;

    public Optimizer(IReadOnlyList<Parameter> parameters, OptimizerOptions options)
    {
        this._parameters = parameters;
        this._options = options;
        _first = [.. parameters.Select(parameter => new float[parameter.Values.Length])];
        _second = [.. parameters.Select(parameter => options.Kind == OptimizerKind.AdamW ? new float[parameter.Values.Length] : [])];
    }

    /// <summary>Updates done.</summary>
    public int Steps { get; set; }

    /// <summary>First moments (velocities), one array a parameter.</summary>
    public IReadOnlyList<float[]> First => _first;

    /// <summary>Second moments; empty arrays where the rule has none.</summary>
    public IReadOnlyList<float[]> Second => _second;

    /// <summary>All state that a resumed run needs besides <see cref="Steps"/>.</summary>
    public IEnumerable<float[]> State => _first.Concat(_second);

    /// <summary>One update.</summary>
    public void Step(IReadOnlyList<float[]> gradients, double learningRate)
    {
        Steps++;
        float scale = ClipScale(gradients);
        for (int i = 0; i < _parameters.Count; i++)
        {
            Parameter parameter = _parameters[i];
            double rate = learningRate * RelativeRate(parameter);
            double decay = Decay(parameter);
            if (_options.Kind == OptimizerKind.Sgd)
                Sgd(parameter.Values, gradients[i], _first[i], scale, (float)rate, (float)decay, (float)_options.Momentum);
            else
                AdamW(parameter.Values, gradients[i], _first[i], _second[i], scale, rate, decay);
            Constrain(parameter);
        }
    }

    /// <summary>The learning rate of a parameter relative to that of weights.</summary>
    public double RelativeRate(Parameter parameter) => parameter.Role == ParameterRole.Step ? _options.StepRate : 1;

    /// <summary>The weight decay of a parameter.</summary>
    public double Decay(Parameter parameter) =>
        parameter.Role is ParameterRole.Weight or ParameterRole.Other ? _options.WeightDecay : 0;

    private static void Constrain(Parameter parameter)
    {
        float[] values = parameter.Values;
        if (parameter.Minimum is { } minimum)
        {
            for (int i = 0; i < values.Length; i++)
                values[i] = Math.Max(values[i], minimum);
        }

        if (parameter.Mask is { } mask)
        {
            for (int i = 0; i < values.Length; i++)
                values[i] *= mask[i];
        }
    }

    /// <summary>v = m v + g; w -= rate (g + m v), g with decay added.</summary>
    private static void Sgd(float[] weights, float[] gradient, float[] velocity, float scale, float rate, float decay, float momentum)
    {
        Span<Vector<float>> w = MemoryMarshal.Cast<float, Vector<float>>(weights.AsSpan());
        Span<Vector<float>> g = MemoryMarshal.Cast<float, Vector<float>>(gradient.AsSpan());
        Span<Vector<float>> v = MemoryMarshal.Cast<float, Vector<float>>(velocity.AsSpan());
        for (int i = 0; i < w.Length; i++)
        {
            Vector<float> total = (g[i] * scale) + (w[i] * decay);
            v[i] = (v[i] * momentum) + total;
            w[i] -= (total + (v[i] * momentum)) * rate;
        }

        for (int i = w.Length * Vector<float>.Count; i < weights.Length; i++)
        {
            float total = (gradient[i] * scale) + (weights[i] * decay);
            velocity[i] = (velocity[i] * momentum) + total;
            weights[i] -= (total + (velocity[i] * momentum)) * rate;
        }
    }

    private void AdamW(float[] weights, float[] gradient, float[] mean, float[] square, float scale, double rate, double decay)
    {
        float beta1 = (float)_options.Momentum;
        float beta2 = (float)_options.SecondMomentum;
        float step = (float)(rate / (1 - Math.Pow(_options.Momentum, Steps)));
        float correction = (float)(1 / (1 - Math.Pow(_options.SecondMomentum, Steps)));
        float keep = (float)(1 - (rate * decay));
        Span<Vector<float>> w = MemoryMarshal.Cast<float, Vector<float>>(weights.AsSpan());
        Span<Vector<float>> g = MemoryMarshal.Cast<float, Vector<float>>(gradient.AsSpan());
        Span<Vector<float>> m = MemoryMarshal.Cast<float, Vector<float>>(mean.AsSpan());
        Span<Vector<float>> s = MemoryMarshal.Cast<float, Vector<float>>(square.AsSpan());
        var epsilon = new Vector<float>(AdamEpsilon);
        for (int i = 0; i < w.Length; i++)
        {
            Vector<float> x = g[i] * scale;
            m[i] = (m[i] * beta1) + (x * (1 - beta1));
            s[i] = (s[i] * beta2) + (x * x * (1 - beta2));
            w[i] = (w[i] * keep) - (m[i] * step / (Vector.SquareRoot(s[i] * correction) + epsilon));
        }

        for (int i = w.Length * Vector<float>.Count; i < weights.Length; i++)
        {
            float x = gradient[i] * scale;
            mean[i] = (mean[i] * beta1) + (x * (1 - beta1));
            square[i] = (square[i] * beta2) + (x * x * (1 - beta2));
            weights[i] = (weights[i] * keep) - (mean[i] * step / (MathF.Sqrt(square[i] * correction) + AdamEpsilon));
        }
    }

    private float ClipScale(IReadOnlyList<float[]> gradients)
    {
        if (_options.ClipNorm <= 0)
            return 1;
        double sum = 0;
        foreach (float[] gradient in gradients)
        {
            foreach (float value in gradient)
                sum += (double)value * value;
        }

        double norm = Math.Sqrt(sum);
        return norm > _options.ClipNorm ? (float)(_options.ClipNorm / norm) : 1;
    }
}
