namespace Cim.Training.Pruning;

/// <summary>How weights lie on arrays, as far as pruning needs to know.</summary>
/// <param name="Rows">Word lines of an array.</param>
/// <param name="Columns">Bit lines of an array.</param>
/// <param name="ColumnsPerOutput">Bit lines of one output: bit slices times cells per slice.</param>
internal sealed record ArrayGeometry(int Rows, int Columns, int ColumnsPerOutput)
{
    /// <summary>Outputs side by side on one array.</summary>
    public int OutputsPerArray => Math.Max(1, Columns / ColumnsPerOutput);
}
