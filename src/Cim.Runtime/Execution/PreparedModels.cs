using System.Runtime.ExceptionServices;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Programming;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Program;
using Cim.Runtime.Telemetry;

namespace Cim.Runtime.Execution;

/// <summary>
/// The layers of a model made ready for a fidelity and seed, made on first use and kept: <see cref="Fidelity.Exact"/> for good,
/// of the others the <see cref="Kept"/> most recently used.
/// </summary>
internal sealed class PreparedModels(ModelProgram program, HardwareProfile profile, ProgrammedChips? chips = null)
{
    /// <summary>Chips of higher fidelities that are kept.</summary>
    public const int Kept = 4;

    private readonly object _lock = new();
    private readonly List<Entry> _entries = []; // most recently used last

    public PreparedLayer[] Get(Fidelity fidelity, ulong seed)
    {
        if (fidelity == Fidelity.Exact) seed = 0;
        Entry entry;
        lock (_lock) entry = Find(fidelity, seed) ?? Add(fidelity, seed);

        // Only those who want the same chip wait for its programming.
        lock (entry) return entry.Layers ??= Prepare(fidelity, seed);
    }

    private Entry? Find(Fidelity fidelity, ulong seed)
    {
        for (int i = _entries.Count - 1; i >= 0; i--)
        {
            Entry entry = _entries[i];
            if (entry.Fidelity != fidelity || entry.Seed != seed) continue;
            if (i < _entries.Count - 1)
            {
                _entries.RemoveAt(i);
                _entries.Add(entry);
            }

            return entry;
        }

        return null;
    }

    private Entry Add(Fidelity fidelity, ulong seed)
    {
        if (_entries.Count(e => e.Fidelity != Fidelity.Exact) >= Kept)
            _entries.RemoveAt(_entries.FindIndex(e => e.Fidelity != Fidelity.Exact));
        var entry = new Entry(fidelity, seed);
        _entries.Add(entry);
        return entry;
    }

    private PreparedLayer[] Prepare(Fidelity fidelity, ulong seed)
    {
        var layers = new PreparedLayer[program.Layers.Length];
        Measurement measurement = ModelTelemetry.Prepare(fidelity, seed);
        // Layers are independent, and programming the arrays of a large network is the slow part of the higher fidelities.
        try
        {
            Parallel.For(0, layers.Length, i => layers[i] = Prepare(i, fidelity, seed));
        }
        catch (AggregateException e)
        {
            measurement.Fail(e.InnerExceptions[0]);
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        finally
        {
            measurement.Dispose();
        }

        return layers;
    }

    private PreparedLayer Prepare(int layer, Fidelity fidelity, ulong seed)
    {
        try
        {
            return CrossbarSimulator.Prepare(program.Layers[layer], layer, profile, fidelity, seed, chips);
        }
        catch (OverflowException e)
        {
            throw new CimException(ErrorCodes.RunTooLarge,
                $"Layer '{program.Layers[layer].Name}' cannot be simulated at fidelity '{fidelity}': it needs more than 2 GiB of memory. "
                + $"Run it at a lower fidelity.", e);
        }
    }

    private sealed class Entry(Fidelity fidelity, ulong seed)
    {
        public Fidelity Fidelity { get; } = fidelity;

        public ulong Seed { get; } = seed;

        public PreparedLayer[]? Layers { get; set; }
    }
}
