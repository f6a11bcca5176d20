namespace Cim.Runtime.Hardware;

/// <summary>The digital correction of a column's result, y = scale * result + offset.</summary>
internal enum ColumnCorrection
{
    /// <summary>None.</summary>
    None,

    /// <summary>The offset alone.</summary>
    Offset,

    /// <summary>Scale and offset.</summary>
    ScaleAndOffset,
}
