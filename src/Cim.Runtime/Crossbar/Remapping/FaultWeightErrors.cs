using Cim.Runtime.Crossbar.Devices;
using Cim.Runtime.Hardware;

namespace Cim.Runtime.Crossbar.Remapping;

/// <summary>What the stuck cells of a block and of its array's spares do to the columns and rows that lie on them.</summary>
internal sealed class FaultWeightErrors
{
    private readonly CellTargets _targets;
    private readonly int _firstRow;
    private readonly long _firstColumn;
    private readonly int _cells;
    private readonly int _rows;
    private readonly double?[] _stuck;
    private readonly int[][] _stuckRows;

    public FaultWeightErrors(
        CellProgrammer programmer, CellTargets targets, ArrayPlacement block, long firstColumn, int cellsPerUnit, HardwareProfile profile)
    {
        (_targets, _firstRow, _firstColumn, _cells, _rows) = (targets, block.FirstRow, firstColumn, cellsPerUnit, block.Rows);
        int columns = block.Columns + (profile.SpareColumns / cellsPerUnit * cellsPerUnit);
        var address = new CellAddress(block, firstColumn, profile.SpareColumns);
        _stuck = new double?[columns * _rows];
        _stuckRows = new int[columns / cellsPerUnit][];
        List<int> rows = [];
        for (int unit = 0; unit < _stuckRows.Length; unit++)
        {
            rows.Clear();
            for (int r = 0; r < _rows; r++)
            {
                bool any = false;
                for (int k = 0; k < cellsPerUnit; k++)
                {
                    int c = (unit * cellsPerUnit) + k;
                    _stuck[(c * _rows) + r] = programmer.Stuck(address.Row(r), address.Column(c));
                    any |= _stuck[(c * _rows) + r] is not null;
                }
                if (any) rows.Add(r);
            }
            _stuckRows[unit] = [.. rows];
        }
    }

    /// <summary>The square error of a unit's weights if it lay at a slot, its rows on their word lines.</summary>
    public double OfUnit(int unit, int slot, int[] rowSlots)
    {
        if (_stuckRows[slot].Length == 0) return 0;
        double sum = 0;
        for (int r = 0; r < rowSlots.Length; r++) sum += OfCell(unit, slot, r, rowSlots[r]);
        return sum;
    }

    /// <summary>The square error of a row's weights if it lay on a word line, its units at their slots.</summary>
    public double OfRow(int row, int wordLine, int[] unitSlots)
    {
        double sum = 0;
        for (int u = 0; u < unitSlots.Length; u++)
            if (Array.BinarySearch(_stuckRows[unitSlots[u]], wordLine) >= 0) sum += OfCell(u, unitSlots[u], row, wordLine);
        return sum;
    }

    private double OfCell(int unit, int slot, int row, int wordLine)
    {
        double deviation = 0;
        for (int k = 0; k < _cells; k++)
        {
            if (_stuck[(((slot * _cells) + k) * _rows) + wordLine] is not { } stuck) continue;
            double target = _targets.Of(_firstColumn + (unit * _cells) + k, _firstRow + row);
            deviation += (k == 0 ? 1 : -1) * (stuck - target);
        }
        if (deviation == 0) return 0;
        double weight = deviation * _targets.WeightPerSiemens(_firstColumn + (unit * _cells));
        return weight * weight;
    }
}
