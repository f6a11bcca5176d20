using System.Globalization;
using System.Text;

namespace Cim.Bench.Common.Results;

/// <summary>Writes a result whole or not at all; its first line names the command that makes it.</summary>
internal static class ResultFile
{
    /// <summary>Markdown.</summary>
    public static void WriteMarkdown(string path, string command, string text) => Write(path, $"`{command}`\n\n{text}");

    /// <summary>CSV; the command is a comment line, which readers of CSV can skip.</summary>
    public static void WriteCsv(string path, string command, string text) => Write(path, $"# {command}\n{text}");

    /// <summary>Lines of CSV from cells; absent ones are empty.</summary>
    public static string Csv(IEnumerable<string> columns, IEnumerable<IEnumerable<object?>> rows)
    {
        var text = new StringBuilder();
        text.AppendJoin(',', columns).Append('\n');
        foreach (IEnumerable<object?> row in rows) text.AppendJoin(',', row.Select(Cell)).Append('\n');
        return text.ToString();
    }

    /// <summary>Writes a temporary file and renames it.</summary>
    public static void Write(string path, string text)
    {
        // Under a name of its own, because another process may write the same result.
        string own = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}");
        File.WriteAllText(own, text);
        File.Move(own, path, overwrite: true);
    }

    private static string Cell(object? value)
    {
        string text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        return text.IndexOfAny([',', '"', '\n', '\r']) < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
