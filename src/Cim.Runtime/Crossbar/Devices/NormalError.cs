using Cim.Runtime.RandomNumbers;

namespace Cim.Runtime.Crossbar.Devices;

/// <summary>
/// A normal error whose standard deviation depends on the target conductance:
/// independent sigma = s * gOn; proportional sigma = s * g; inverse-proportional sigma = s * gOn^2 / g; or a measured curve.
/// </summary>
internal sealed class NormalError(Func<double, double> sigma) : IProgrammingErrorModel
{
    public double Error(double target, CounterRandom attempt) => sigma(target) * attempt.Normal(0);

    public double Sigma(double target) => sigma(target);
}
