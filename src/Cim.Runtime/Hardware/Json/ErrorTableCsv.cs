using System.Globalization;

namespace Cim.Runtime.Hardware.Json;

/// <summary>
/// A CSV of programming errors: conductance and standard deviation, one pair a line, conductances ascending. Empty lines and
/// lines that start with # are skipped; so is one line of column names at the top.
/// </summary>
internal static class ErrorTableCsv
{
    /// <exception cref="FieldException">CIM2008, with the line.</exception>
    public static IReadOnlyList<(double Conductance, double Sigma)> Parse(string field, string file, string text)
    {
        List<(double, double)> rows = [];
        string[] lines = text.Split('\n');
        bool mayBeNames = true;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim().TrimStart('\uFEFF');
            if (line.Length == 0 || line[0] == '#') continue;
            string[] cells = line.Split(',', StringSplitOptions.TrimEntries);
            if (cells.Length != 2) throw Wrong($"has {cells.Length} columns instead of two (conductance, standard deviation)");
            bool isNumber = Number(cells[0], out double g) & Number(cells[1], out double sigma);
            if (!isNumber && mayBeNames && !Number(cells[0], out _) && !Number(cells[1], out _))
            {
                mayBeNames = false;
                continue;
            }
            mayBeNames = false;
            if (!isNumber) throw Wrong($"has '{line}', which are not two numbers");
            if (!double.IsFinite(g) || !double.IsFinite(sigma)) throw Wrong($"has '{line}', but both must be finite");
            if (g < 0 || sigma < 0) throw Wrong($"has '{line}', but neither may be negative");
            if (rows.Count > 0 && g <= rows[^1].Item1)
                throw Wrong(string.Create(
                    CultureInfo.InvariantCulture, $"has the conductance {g}, which is not above {rows[^1].Item1} of the entry before"));
            rows.Add((g, sigma));

            FieldException Wrong(string what) => new(ErrorCodes.InvalidErrorTable, $"'{field}': line {i + 1} of {file} {what}");
        }

        return rows.Count > 0
            ? rows
            : throw new FieldException(
            ErrorCodes.InvalidErrorTable, $"'{field}': {file} has no pair of conductance and standard deviation");
    }

    private static bool Number(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
