namespace Cim.Compiler.Scheduling.Simulation;

/// <summary>When the rows of every stage are made, image after image.</summary>
/// <param name="Start">By stage and row: when work on it starts, in nanoseconds.</param>
/// <param name="End">By stage and row: when the row exists.</param>
/// <param name="Images">How many images; image i has the rows from i times the stage's rows on.</param>
internal sealed record RowTimes(double[][] Start, double[][] End, int Images)
{
    /// <summary>Nanoseconds until everything is done.</summary>
    public double MakespanNs { get; } = End.Max(rows => rows[^1]);
}
