namespace Cim.Runtime.Hardware;

/// <summary>What is moved to other cells once a chip's stuck cells are known.</summary>
internal enum FaultRemapping
{
    /// <summary>Columns, to spare columns only.</summary>
    Spares,

    /// <summary>Columns, to spare columns and among each other.</summary>
    Columns,

    /// <summary>Columns and, within an array, rows.</summary>
    RowsAndColumns,
}
