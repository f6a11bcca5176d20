using Cim.Runtime.Crossbar.Analog;
using Cim.Runtime.Crossbar.Circuit;
using Cim.Runtime.Hardware;

namespace Cim.Runtime.Crossbar.Devices;

/// <summary>An array on which several blocks of a layer lie side by side: its wires are solved with all of them in place.</summary>
internal static class SharedArray
{
    /// <summary>Replaces the conductances of one block's cells by the effective ones.</summary>
    /// <param name="own">The block's cells on this array, already programmed.</param>
    /// <param name="array">The array.</param>
    /// <param name="blocks">All blocks of the layer with their indices; the first index is the layer's.</param>
    /// <param name="index">The block's index.</param>
    /// <param name="profile">The hardware.</param>
    /// <param name="seed">The chip.</param>
    /// <param name="wires">The wires.</param>
    /// <param name="separatePairs">Positive and negative cells lie in arrays of their own.</param>
    public static void Solve(
        IReadOnlyList<(ArrayPlacement Place, ProgrammedBlock Cells)> own, int array, IReadOnlyList<(AnalogPlan Plan, int Index)> blocks,
        int index,
        HardwareProfile profile, ulong seed, Wires wires, bool separatePairs)
    {
        var all = own.ToList();
        foreach ((AnalogPlan plan, int other) in blocks)
        {
            if (other == index) continue;
            IGrouping<int, ArrayPlacement>? there = ArrayPlacement.Of(plan.Layer, profile).GroupBy(a => a.Array)
                .FirstOrDefault(g => g.Key == array);
            if (there is null) continue;
            var programmer = new CellProgrammer(profile, seed, other, blocks[0].Index);
            all.AddRange(ProgrammedCells.Blocks(plan.Layer, there, profile, programmer, new CellTargets(plan, profile))
                .Select(b => (b.Place, b.Cells)));
        }

        ProgrammedBlock.Solve([.. all.OrderBy(b => b.Place.ColumnInArray).Select(b => b.Cells)], wires, separatePairs);
    }
}
