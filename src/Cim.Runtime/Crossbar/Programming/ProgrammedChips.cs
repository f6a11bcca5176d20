using System.Collections.Concurrent;

namespace Cim.Runtime.Crossbar.Programming;

/// <summary>
/// What the cells of chips hold, for models that differ in nothing a cell knows of (their converters, say): a chip is programmed,
/// and its wires are solved, once. Whoever shares it between models answers for that.
/// </summary>
/// <param name="kept">So many chips are kept, the latest; 0 = all.</param>
internal sealed class ProgrammedChips(int kept = 0)
{
    private readonly ConcurrentDictionary<(int Layer, ulong Seed, bool Wires), float[]> _levels = [];
    private readonly List<ulong> _seeds = []; // the latest last

    /// <summary>The levels of a layer, programmed if they are not there yet.</summary>
    public float[] Get(int layerIndex, ulong seed, bool withWires, Func<float[]> program)
    {
        if (kept > 0) Keep(seed);
        return _levels.GetOrAdd((layerIndex, seed, withWires), _ => program());
    }

    private void Keep(ulong seed)
    {
        lock (_seeds)
        {
            if (_seeds.Count > 0 && _seeds[^1] == seed) return;
            _seeds.Remove(seed);
            _seeds.Add(seed);
            if (_seeds.Count <= kept) return;
            ulong oldest = _seeds[0];
            _seeds.RemoveAt(0);
            foreach ((int Layer, ulong Seed, bool Wires) key in _levels.Keys)
                if (key.Seed == oldest) _levels.TryRemove(key, out _);
        }
    }
}
