using Cim.Training.Networks;

namespace Cim.Training.Loop;

/// <summary>An exponential running average of parameters, exchanged with them for evaluation.</summary>
internal sealed class WeightAverage
{
    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly double _decay;

    public WeightAverage(IReadOnlyList<Parameter> parameters, double decay)
    {
        this._parameters = parameters;
        this._decay = decay;
        Values = [.. parameters.Select(parameter => (float[])parameter.Values.Clone())];
    }

    /// <summary>The averages, or the parameters' own values while exchanged.</summary>
    public float[][] Values { get; }

    /// <summary>The share of the average that stays at an update.</summary>
    public float Keep(int step) => (float)Math.Min(_decay, (1.0 + step) / (10.0 + step));

    /// <summary>Takes the present values in. Early averages forget faster, so that the start does not linger.</summary>
    public void Update(int step)
    {
        float keep = Keep(step);
        for (int p = 0; p < _parameters.Count; p++)
        {
            float[] average = Values[p];
            float[] present = _parameters[p].Values;
            for (int i = 0; i < average.Length; i++)
                average[i] += (1 - keep) * (present[i] - average[i]);
        }
    }

    /// <summary>Exchanges averages and parameter values; a second call undoes the first.</summary>
    public void Exchange()
    {
        if (_decay <= 0)
            return;
        for (int p = 0; p < _parameters.Count; p++)
        {
            float[] present = _parameters[p].Values;
            float[] average = Values[p];
            for (int i = 0; i < average.Length; i++)
                (present[i], average[i]) = (average[i], present[i]);
        }
    }
}
