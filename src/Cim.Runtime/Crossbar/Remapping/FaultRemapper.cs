using Cim.Runtime.Crossbar.Devices;
using Cim.Runtime.Hardware;

namespace Cim.Runtime.Crossbar.Remapping;

/// <summary>
/// Moves columns (and rows) of an array away from stuck cells, once a test after programming has found them. The
/// fault-induced weight error of a slot is the square error of the weights that stuck cells cause there; what is moved is what lowers
/// the array's total.
/// </summary>
/// <remarks>
/// First the columns that gain most get the spare columns (of the blocks that share an array, each spare serves one). Then, if
/// asked for, columns of a block change slots, then its rows, then columns again, two at a time while the error falls.
/// Without stuck cells nothing can be gained, so nothing moves.
/// </remarks>
internal sealed class FaultRemapper(CellProgrammer programmer, CellTargets targets, HardwareProfile profile, int cellsPerUnit)
{
    private readonly int _spareUnits = profile.SpareColumns / cellsPerUnit;

    /// <summary>The slots of the blocks of one array.</summary>
    /// <param name="blocks">Its blocks.</param>
    /// <param name="firstColumns">The layer's physical column each block starts at.</param>
    public ArraySlots[] Of(ReadOnlySpan<ArrayPlacement> blocks, ReadOnlySpan<long> firstColumns)
    {
        var slots = new ArraySlots[blocks.Length];
        var errors = new FaultWeightErrors?[blocks.Length];
        bool moves = _spareUnits > 0 || profile.FaultRemapping != FaultRemapping.Spares;
        for (int b = 0; b < blocks.Length; b++)
        {
            slots[b] = ArraySlots.Identity(blocks[b].Rows, blocks[b].Columns / cellsPerUnit);
            if (moves && (profile.StuckOn > 0 || profile.StuckOff > 0))
                errors[b] = new FaultWeightErrors(programmer, targets, blocks[b], firstColumns[b], cellsPerUnit, profile);
        }
        TakeSpares(slots, errors);
        if (profile.FaultRemapping == FaultRemapping.Spares) return slots;
        for (int b = 0; b < blocks.Length; b++)
        {
            if (errors[b] is not { } error) continue;
            ArraySlots p = slots[b];
            SwapSearch.Improve(p.Units, (unit, slot) => error.OfUnit(unit, slot, p.Rows));
            if (profile.FaultRemapping != FaultRemapping.RowsAndColumns) continue;
            SwapSearch.Improve(p.Rows, (row, slot) => error.OfRow(row, slot, p.Units));
            SwapSearch.Improve(p.Units, (unit, slot) => error.OfUnit(unit, slot, p.Rows));
        }
        return slots;
    }

    private void TakeSpares(ArraySlots[] slots, FaultWeightErrors?[] errors)
    {
        for (int spare = 0; spare < _spareUnits; spare++)
        {
            (double gain, int block, int unit) best = (0, -1, -1);
            for (int b = 0; b < slots.Length; b++)
            {
                if (errors[b] is not { } error) continue;
                int own = slots[b].Units.Length;
                for (int u = 0; u < own; u++)
                {
                    if (slots[b].Units[u] >= own) continue;
                    double gain = error.OfUnit(u, u, slots[b].Rows) - error.OfUnit(u, own + spare, slots[b].Rows);
                    if (gain > best.gain) best = (gain, b, u);
                }
            }
            if (best.block >= 0) slots[best.block].Units[best.unit] = slots[best.block].Units.Length + spare;
        }
    }
}
