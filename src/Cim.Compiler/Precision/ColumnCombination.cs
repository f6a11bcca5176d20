namespace Cim.Compiler.Precision;

/// <summary>What a strip is made of: 2^Shift * (column Plus - column Minus).</summary>
/// <param name="Plus">The column that is added, -1 = none.</param>
/// <param name="Minus">The column that is subtracted, -1 = none.</param>
/// <param name="Shift">0 to 7.</param>
internal readonly record struct ColumnCombination(int Plus, int Minus, int Shift)
{
    /// <summary>A strip of zeros.</summary>
    public static ColumnCombination None { get; } = new(-1, -1, 0);

    public bool IsNone => Plus < 0 && Minus < 0;

    /// <summary>What one unit of a column counts in the strip.</summary>
    public int Factor(int column) => column < 0 || Plus == Minus ? 0 : Plus == column ? 1 << Shift : Minus == column ? -(1 << Shift) : 0;
}
