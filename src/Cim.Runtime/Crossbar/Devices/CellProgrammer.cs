using Cim.Runtime.Hardware;
using Cim.Runtime.RandomNumbers;

namespace Cim.Runtime.Crossbar.Devices;

/// <summary>
/// One chip: turns target conductances into what its cells hold. Programming error (with write-verify), stuck cells, drift,
/// array-wide and smooth variation, temperature, in this order; every draw is keyed by layer, row and column, so a chip is the
/// same however its cells are visited.
/// </summary>
internal sealed class CellProgrammer
{
    private const double ReferenceKelvin = 300;

    private readonly HardwareProfile _profile;
    private readonly IProgrammingErrorModel? _error;
    private readonly StuckFaults _stuck;
    private readonly CounterRandom _programming;
    private readonly CounterRandom _faults;
    private readonly CounterRandom _drift;
    private readonly CounterRandom _dies;
    private readonly CounterRandom _spatial;
    private readonly double _temperature;

    /// <param name="profile">The hardware.</param>
    /// <param name="seed">The chip.</param>
    /// <param name="layerIndex">The layer, or the block of a layer.</param>
    /// <param name="arrayIndex">The layer whose arrays it lies on; -1 = the same.</param>
    public CellProgrammer(HardwareProfile profile, ulong seed, int layerIndex, int arrayIndex = -1)
    {
        if (arrayIndex < 0) arrayIndex = layerIndex;
        _profile = profile;
        _error = ProgrammingErrorModels.Of(profile);
        _stuck = new StuckFaults(profile.StuckOn, profile.StuckOff, profile.GOn, profile.GOff);
        _programming = CounterRandom.Of(seed, RandomPurpose.Programming).At(layerIndex);
        _faults = CounterRandom.Of(seed, RandomPurpose.StuckCell).At(layerIndex);
        _drift = CounterRandom.Of(seed, RandomPurpose.Drift).At(layerIndex);
        _dies = CounterRandom.Of(seed, RandomPurpose.DieToDie).At(arrayIndex);
        _spatial = CounterRandom.Of(seed, RandomPurpose.Spatial).At(arrayIndex);
        _temperature = 1 + (profile.TemperatureCoefficient * (profile.Temperature - ReferenceKelvin));
    }

    /// <summary>True if every cell holds exactly its target.</summary>
    public bool IsIdeal => _error is null && _profile is { StuckOn: 0, StuckOff: 0, DieToDieSigma: 0, SpatialSigma: 0 }
        && !Drifts && _temperature == 1;

    private bool Drifts => (_profile.Drift.Nu != 0 || _profile.Drift.NuSigma != 0) && _profile.Drift.TimeSeconds != 1;

    /// <summary>The factor common to an array's cells.</summary>
    public double Die(int array) => _profile.DieToDieSigma == 0 ? 1 : 1 + (_profile.DieToDieSigma * _dies.Normal(array));

    /// <summary>The smooth variation of an array, null if there is none.</summary>
    public SpatialVariation? Spatial(int array) =>
        _profile.SpatialSigma == 0 ? null : new SpatialVariation(_profile.SpatialLength, _spatial.At(array));

    /// <summary>The conductance a cell that does not program is stuck at, else null; what a test after programming finds.</summary>
    public double? Stuck(long row, long column) => _stuck.Of(_faults.At(row).At(column));

    /// <summary>The conductance a cell holds.</summary>
    /// <param name="target">What was asked for, in siemens.</param>
    /// <param name="row">The layer's row.</param>
    /// <param name="column">The layer's physical column.</param>
    /// <param name="die">From <see cref="Die"/>.</param>
    /// <param name="spatial">The smooth variation at the cell, a standard normal.</param>
    public double Program(double target, long row, long column, double die, double spatial)
    {
        if (Stuck(row, column) is { } stuck) return stuck * _temperature;
        double g = target;
        if (_error is not null)
        {
            CounterRandom cell = _programming.At(row).At(column);
            ProgrammingError p = _profile.ProgrammingError;
            double error = _error.Error(target, cell.At(0));
            for (int pulse = 1; p.Window > 0 && pulse < p.Pulses && Math.Abs(error) > p.Window * _profile.GOn; pulse++)
                error = _error.Error(target, cell.At(pulse));
            g += error;
        }
        if (Drifts)
        {
            double nu = _profile.Drift.Nu + (_profile.Drift.NuSigma == 0 ? 0 : _profile.Drift.NuSigma * _drift.At(row).Normal(column));
            g *= Math.Pow(_profile.Drift.TimeSeconds, -nu);
        }
        return g * die * (1 + (_profile.SpatialSigma * spatial)) * _temperature;
    }
}
