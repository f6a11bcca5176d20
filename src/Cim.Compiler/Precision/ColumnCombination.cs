using System.Globalization;

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

    /// <summary>Reads <see cref="ToString"/>; null if it is none.</summary>
    public static ColumnCombination? Parse(string text)
    {
        if (text == ".") return None;
        int shift = 0, at = text.IndexOf('<', StringComparison.Ordinal);
        if (at >= 0 && !Number(text[(at + 1)..], out shift)) return null;
        string columns = at < 0 ? text : text[..at];
        int minus = columns.IndexOf('-', StringComparison.Ordinal), plus = -1, subtracted = -1;
        if (minus != 0 && !Number(minus < 0 ? columns : columns[..minus], out plus)) return null;
        if (minus >= 0 && !Number(columns[(minus + 1)..], out subtracted)) return null;
        return shift <= 7 && plus != subtracted ? new ColumnCombination(plus, subtracted, shift) : null;
    }

    /// <summary><c>3</c>, <c>-3</c>, <c>3-5</c>, with a shift <c>3-5&lt;1</c>; <c>.</c> = nothing.</summary>
    public override string ToString() => IsNone ? "." : string.Create(CultureInfo.InvariantCulture,
        $"{(Plus < 0 ? "" : Plus.ToString(CultureInfo.InvariantCulture))}{(Minus < 0 ? "" : "-" + Minus.ToString(CultureInfo.InvariantCulture))}{(Shift == 0 ? "" : "<" + Shift.ToString(CultureInfo.InvariantCulture))}");

    private static bool Number(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
