using Cim.Training.Networks;

namespace Cim.Training.Loop;

/// <summary>Values of all parameters and controls at one time.</summary>
internal sealed class Snapshot
{
    private readonly TrainableNetwork _network;

    public Snapshot(TrainableNetwork network)
    {
        this._network = network;
        Values = [.. Arrays(network).Select(values => (float[])values.Clone())];
    }

    public float[][] Values { get; }

    /// <summary>Takes the network's present values.</summary>
    public void Take()
    {
        int i = 0;
        foreach (float[] values in Arrays(_network))
            values.CopyTo(Values[i++].AsSpan());
    }

    /// <summary>Writes the values back to the network.</summary>
    public void Restore()
    {
        int i = 0;
        foreach (float[] values in Arrays(_network))
            Values[i++].CopyTo(values.AsSpan());
    }

    /// <summary>The arrays of a network in a fixed order.</summary>
    public static IEnumerable<float[]> Arrays(TrainableNetwork network) =>
        network.Parameters.Select(parameter => parameter.Values).Concat(network.Controls.Select(control => control.Values));
}
