using Cim.Runtime.Crossbar.Devices;
using Cim.Runtime.Hardware;

namespace Cim.Runtime.Crossbar.Remapping;

/// <summary>
/// Moves columns (and rows) of an array away from stuck cells, once a test after programming has found them. The damage of a
/// place is the square error of the weights that stuck cells cause there; what is moved is what lowers the array's total.
/// </summary>
/// <remarks>
/// First the columns that gain most get the spare columns (of the blocks that share an array, each spare serves one). Then, if
/// asked for, columns of a block change places, then its rows, then columns again, two at a time while the damage falls.
/// Without stuck cells nothing can be gained, so nothing moves.
/// </remarks>
internal sealed class FaultRemapper(CellProgrammer programmer, CellTargets targets, HardwareProfile profile, int cellsPerUnit)
{
    private readonly int _spareUnits = profile.SpareColumns / cellsPerUnit;

    /// <summary>The places of the blocks of one array.</summary>
    /// <param name="blocks">Its blocks.</param>
    /// <param name="firstColumns">The layer's physical column each block starts at.</param>
    public ArrayPlaces[] Of(ReadOnlySpan<ArrayPlacement> blocks, ReadOnlySpan<long> firstColumns)
    {
        var places = new ArrayPlaces[blocks.Length];
        var damages = new BlockDamage?[blocks.Length];
        bool moves = _spareUnits > 0 || profile.FaultRemapping != FaultRemapping.Spares;
        for (int b = 0; b < blocks.Length; b++)
        {
            places[b] = ArrayPlaces.Identity(blocks[b].Rows, blocks[b].Columns / cellsPerUnit);
            if (moves && (profile.StuckOn > 0 || profile.StuckOff > 0))
                damages[b] = new BlockDamage(programmer, targets, blocks[b], firstColumns[b], cellsPerUnit, profile);
        }
        TakeSpares(places, damages);
        if (profile.FaultRemapping == FaultRemapping.Spares) return places;
        for (int b = 0; b < blocks.Length; b++)
        {
            if (damages[b] is not { } damage) continue;
            ArrayPlaces p = places[b];
            SwapSearch.Improve(p.Units, (unit, place) => damage.OfUnit(unit, place, p.Rows));
            if (profile.FaultRemapping != FaultRemapping.RowsAndColumns) continue;
            SwapSearch.Improve(p.Rows, (row, place) => damage.OfRow(row, place, p.Units));
            SwapSearch.Improve(p.Units, (unit, place) => damage.OfUnit(unit, place, p.Rows));
        }
        return places;
    }

    private void TakeSpares(ArrayPlaces[] places, BlockDamage?[] damages)
    {
        for (int spare = 0; spare < _spareUnits; spare++)
        {
            (double gain, int block, int unit) best = (0, -1, -1);
            for (int b = 0; b < places.Length; b++)
            {
                if (damages[b] is not { } damage) continue;
                int own = places[b].Units.Length;
                for (int u = 0; u < own; u++)
                {
                    if (places[b].Units[u] >= own) continue;
                    double gain = damage.OfUnit(u, u, places[b].Rows) - damage.OfUnit(u, own + spare, places[b].Rows);
                    if (gain > best.gain) best = (gain, b, u);
                }
            }
            if (best.block >= 0) places[best.block].Units[best.unit] = places[best.block].Units.Length + spare;
        }
    }
}
