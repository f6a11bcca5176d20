using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling.Placement;

/// <summary>The cores of a layer: consecutive ones.</summary>
/// <param name="First">The first core.</param>
/// <param name="Count">How many.</param>
internal readonly record struct CoreRange(int First, int Count)
{
    /// <summary>Their numbers.</summary>
    public IEnumerable<int> Numbers => Enumerable.Range(First, Count);
}

/// <summary>Cuts a chip into cores for layers.</summary>
internal static class CorePlacement
{
    /// <summary>
    /// Cores for each layer in the order of the network. A core holds arrays of one layer where there are enough cores; else arrays
    /// follow each other without gaps and neighbours share cores.
    /// </summary>
    /// <param name="arrays">Arrays of each layer with all its copies.</param>
    /// <param name="profile">The chip.</param>
    /// <exception cref="CimException">CIM2005: more cores than can be numbered.</exception>
    public static (ImmutableArray<CoreRange> Cores, bool IsShared) Of(IReadOnlyList<long> arrays, HardwareProfile profile)
    {
        long perCore = profile.ArraysPerCore, alone = arrays.Sum(a => (a + perCore - 1) / perCore);
        if (alone > int.MaxValue)
            throw new CimException(
                ErrorCodes.ImpossibleProfileValue, $"The layers take {alone} cores; a schedule counts to {int.MaxValue}.");
        bool shared = profile.Cores > 0 && alone > profile.Cores;
        var ranges = ImmutableArray.CreateBuilder<CoreRange>(arrays.Count);
        long at = 0;
        foreach (long count in arrays)
        {
            long first = at / perCore, last = (at + Math.Max(1, count) - 1) / perCore;
            ranges.Add(new CoreRange((int)first, (int)(last - first + 1)));
            at = shared ? at + count : (last + 1) * perCore;
        }

        return (ranges.MoveToImmutable(), shared);
    }
}
