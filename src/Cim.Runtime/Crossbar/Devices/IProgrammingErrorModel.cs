using Cim.Runtime.Hardware;
using Cim.Runtime.RandomNumbers;

namespace Cim.Runtime.Crossbar.Devices;

/// <summary>How far a programmed conductance is from its target. Formulas and sources: docs/devices.md.</summary>
internal interface IProgrammingErrorModel
{
    /// <summary>The error in siemens of one attempt to program a cell.</summary>
    /// <param name="target">The target in siemens.</param>
    /// <param name="attempt">The random numbers of this attempt.</param>
    double Error(double target, CounterRandom attempt);

    /// <summary>The standard deviation of <see cref="Error"/> in siemens; its mean is zero.</summary>
    double Sigma(double target);
}

/// <summary>Finds a model by its name in a profile.</summary>
internal static class ProgrammingErrorModels
{
    /// <summary>The model of a profile, null for <c>none</c>.</summary>
    /// <exception cref="CimException">CIM2003: there is no such model.</exception>
    public static IProgrammingErrorModel? Of(HardwareProfile profile)
    {
        ProgrammingError error = profile.ProgrammingError;
        double sigma = error.Sigma * profile.GOn;
        return error.Model switch
        {
            "none" => null,
            "independent" => sigma == 0 ? null : new NormalError(_ => sigma),
            "proportional" => sigma == 0 ? null : new NormalError(g => error.Sigma * g),
            "inverse-proportional" => sigma == 0 ? null : new NormalError(g => g <= 0 ? 0 : sigma * profile.GOn / g),
            "uniform" => sigma == 0 ? null : new UniformError(sigma),
            "wan2022" => new NormalError(g => Wan2022.Sigma(g)),
            "milo2021" => new NormalError(g => Milo2021.Sigma(g)),
            "reram-wan-aihwkit" => new NormalError(g => WanAihwkit.Sigma(g, profile.Drift.TimeSeconds)),
            "table" => new NormalError(g => ErrorTable.Sigma(error.Table, g)),
            _ => throw new CimException(ErrorCodes.ImpossibleProfileValue, $"There is no programming error model '{error.Model}'."),
        };
    }
}
