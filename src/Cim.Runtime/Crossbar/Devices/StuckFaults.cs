using Cim.Runtime.RandomNumbers;

namespace Cim.Runtime.Crossbar.Devices;

/// <summary>Cells that do not program: each is stuck at gOn or gOff independently, at exactly the asked rates.</summary>
internal sealed class StuckFaults(double onRate, double offRate, double gOn, double gOff)
{
    /// <summary>The conductance a cell is stuck at, or null if it works.</summary>
    public double? Of(CounterRandom cell)
    {
        if (onRate == 0 && offRate == 0) return null;
        double u = cell.Uniform(0);
        return u < onRate ? gOn : u < onRate + offRate ? gOff : null;
    }
}
