using System.Collections.Concurrent;

namespace Cim.Runtime.Crossbar.Programming;

/// <summary>
/// What the cells of chips hold, for models that differ in nothing a cell knows of (their converters, say): a chip is programmed,
/// and its wires are solved, once. Whoever shares it between models answers for that.
/// </summary>
internal sealed class ProgrammedChips
{
    private readonly ConcurrentDictionary<(int Layer, ulong Seed, bool Wires), float[]> _levels = [];

    /// <summary>The levels of a layer, programmed if they are not there yet.</summary>
    public float[] Get(int layerIndex, ulong seed, bool withWires, Func<float[]> program) =>
        _levels.GetOrAdd((layerIndex, seed, withWires), _ => program());
}
