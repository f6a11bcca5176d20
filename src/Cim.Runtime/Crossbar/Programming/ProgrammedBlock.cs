using Cim.Runtime.Crossbar.Circuit;
using Cim.Runtime.Crossbar.Devices;
using Cim.Runtime.Crossbar.Remapping;
using Cim.Runtime.Hardware;

namespace Cim.Runtime.Crossbar.Programming;

/// <summary>
/// The conductances of one block as they lie on the array. A column that was moved to a spare lies behind the block's own
/// columns; the one it left is disconnected.
/// </summary>
internal sealed class ProgrammedBlock
{
    private readonly ArrayPlacement _block;
    private readonly long _firstColumn;
    private readonly ArraySlots _slots;
    private readonly HardwareProfile _profile;
    private readonly int _cells;
    private readonly int _columns;
    private readonly double[] _conductances;

    public ProgrammedBlock(ArrayPlacement block, long firstColumn, ArraySlots slots, HardwareProfile profile, int cellsPerUnit)
    {
        (_block, _firstColumn, _slots, _profile, _cells) = (block, firstColumn, slots, profile, cellsPerUnit);
        _columns = Math.Max(block.Columns, (slots.Units.DefaultIfEmpty(0).Max() + 1) * cellsPerUnit);
        _conductances = new double[block.Rows * _columns];
    }

    /// <summary>The conductance that stands for a row and column of the block, wherever they lie.</summary>
    public double this[int row, int column] => _conductances[(_slots.Rows[row] * _columns) + SlotColumn(column)];

    /// <summary>Programs every cell to its target.</summary>
    public void Program(CellProgrammer programmer, CellTargets targets, double die, SpatialVariation? spatial)
    {
        var address = new CellAddress(_block, _firstColumn, _profile.SpareColumns);
        for (int r = 0; r < _block.Rows; r++)
        for (int c = 0; c < _block.Columns; c++)
        {
            int row = _slots.Rows[r], column = SlotColumn(c);
            double target = targets.Of(_firstColumn + c, _block.FirstRow + r);
            _conductances[(row * _columns) + column] = programmer.Program(target, address.Row(row), address.Column(column), die,
                spatial?.At(_block.RowInArray + row, _block.ColumnInArray + column) ?? 0);
        }
    }

    /// <summary>Replaces the conductances by the effective ones of resistive wires.</summary>
    public void Solve(Wires wires, bool separatePairs)
    {
        // Blocks of other groups on the same array have no connection to this one, but their wires lie in between.
        Wires own = wires with
        {
            Driver = wires.Driver + (wires.WordSegment * _block.ColumnInArray / (separatePairs ? 2 : 1)),
            Sense = wires.Sense + (wires.BitSegment * _block.RowsBelow),
        };
        Solve(_conductances, _block.Rows, _columns, own, separatePairs);
    }

    /// <summary>As <see cref="Solve(Wires, bool)"/> for blocks side by side on the same word lines.</summary>
    public static void Solve(IReadOnlyList<ProgrammedBlock> blocks, Wires wires, bool separatePairs)
    {
        int rows = blocks.Max(b => b._block.Rows), columns = blocks.Sum(b => b._columns);
        double[] all = new double[rows * columns];
        for (int pass = 0; pass < 2; pass++)
        {
            int first = 0;
            foreach (ProgrammedBlock block in blocks)
            {
                for (int r = 0; r < block._block.Rows; r++)
                {
                    Span<double> there = all.AsSpan((r * columns) + first, block._columns),
                        own = block._conductances.AsSpan(r * block._columns, block._columns);
                    if (pass == 0) own.CopyTo(there);
                    else there.CopyTo(own);
                }

                first += block._columns;
            }

            if (pass == 0) blocks[0].Solve(all, rows, columns, wires, separatePairs);
        }
    }

    private void Solve(double[] conductances, int rows, int columns, Wires own, bool separatePairs)
    {
        if (!separatePairs)
        {
            IrDrop.Solve(_profile.IrDrop, conductances, rows, columns, own);
            return;
        }
        int half = columns / 2;
        double[] part = new double[rows * half];
        for (int sign = 0; sign < 2; sign++)
        {
            for (int r = 0; r < rows; r++)
            for (int c = 0; c < half; c++)
                part[(r * half) + c] = conductances[(r * columns) + (2 * c) + sign];
            IrDrop.Solve(_profile.IrDrop, part, rows, half, own);
            for (int r = 0; r < rows; r++)
            for (int c = 0; c < half; c++)
                conductances[(r * columns) + (2 * c) + sign] = part[(r * half) + c];
        }
    }

    private int SlotColumn(int column) => (_slots.Units[column / _cells] * _cells) + (column % _cells);
}
