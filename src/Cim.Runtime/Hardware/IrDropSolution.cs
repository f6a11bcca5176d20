namespace Cim.Runtime.Hardware;

/// <summary>How the currents of an array with resistive wires are found. Formulas: docs/devices.md.</summary>
internal enum IrDropSolution
{
    /// <summary>The nodal equations of the whole array.</summary>
    Exact,

    /// <summary>Voltage drops of the currents that would flow without wires: fast, and correct to first order.</summary>
    FirstOrder,
}
