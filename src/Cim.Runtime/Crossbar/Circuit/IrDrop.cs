using Cim.Runtime.Hardware;

namespace Cim.Runtime.Crossbar.Circuit;

/// <summary>Finds the effective conductances of an array in the way its profile asks for.</summary>
internal static class IrDrop
{
    /// <summary>Overwrites the conductances [row, column] with the effective ones.</summary>
    public static void Solve(IrDropSolution solution, Span<double> conductances, int rows, int columns, Wires wires)
    {
        if (solution == IrDropSolution.FirstOrder) FirstOrderDrop.Solve(conductances, rows, columns, wires);
        else NodalSolver.Solve(conductances, rows, columns, wires);
    }
}
