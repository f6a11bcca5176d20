using Cim.Runtime.RandomNumbers;

namespace Cim.Runtime.Crossbar.Devices;

/// <summary>A uniform error of the given standard deviation: +- sqrt(3) sigma.</summary>
internal sealed class UniformError(double sigma) : IProgrammingErrorModel
{
    public double Error(double target, CounterRandom attempt) => Math.Sqrt(3) * sigma * ((2 * attempt.Uniform(0)) - 1);

    public double Sigma(double target) => sigma;
}
