namespace Cim.Runtime.Hardware;

/// <summary>How arrays are used over time.</summary>
internal enum ExecutionModel
{
    /// <summary>Weights are programmed once and stay; the arrays of a layer work in parallel, layers one after the other.</summary>
    Resident,

    /// <summary>A strictly serial machine: every tile is programmed, then used, one after the other, for each inference.</summary>
    Serial,
}
