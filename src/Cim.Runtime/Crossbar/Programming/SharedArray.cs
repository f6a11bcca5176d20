using Cim.Runtime.Crossbar.Circuit;
using Cim.Runtime.Crossbar.Devices;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Hardware;

namespace Cim.Runtime.Crossbar.Programming;

/// <summary>An array on which several blocks of a layer lie side by side: its wires are solved with all of them in place.</summary>
internal static class SharedArray
{
    /// <summary>Replaces the conductances of one block's cells by the effective ones.</summary>
    /// <param name="own">The block's cells on this array, already programmed.</param>
    /// <param name="array">The array.</param>
    /// <param name="blocks">All blocks of the layer with their indices; the first index is the layer's.</param>
    /// <param name="index">The block's index.</param>
    /// <param name="chip">The chip the array is on.</param>
    /// <param name="separatePairs">Positive and negative cells lie in arrays of their own.</param>
    public static void Solve(
        IReadOnlyList<(ArrayPlacement Placement, ProgrammedBlock Cells)> own, int array,
        IReadOnlyList<(AnalogPlan Plan, int Index)> blocks, int index, Chip chip, bool separatePairs)
    {
        HardwareProfile profile = chip.Profile;
        var all = own.ToList();
        foreach ((AnalogPlan plan, int other) in blocks)
        {
            if (other == index) continue;
            IGrouping<int, ArrayPlacement>? there = ArrayPlacement.Of(plan.Layer, profile).GroupBy(a => a.Array)
                .FirstOrDefault(g => g.Key == array);
            if (there is null) continue;
            var programmer = new CellProgrammer(profile, chip.Seed, other, blocks[0].Index);
            all.AddRange(ProgrammedCells.Blocks(plan.Layer, there, profile, programmer, new CellTargets(plan, profile))
                .Select(b => (b.Placement, b.Cells)));
        }

        ProgrammedBlock.Solve([.. all.OrderBy(b => b.Placement.ColumnInArray).Select(b => b.Cells)], Wires.Of(profile), separatePairs);
    }
}
