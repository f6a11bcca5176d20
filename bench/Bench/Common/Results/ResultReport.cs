using System.Text;

namespace Cim.Bench.Common.Results;

/// <summary>
/// Markdown that is printed as it grows; the file is whole after every line, so that a run cut short leaves what it measured.
/// </summary>
/// <param name="path">The file; null to print only.</param>
/// <param name="command">What the file's first line names.</param>
internal sealed class ResultReport(string? path, string command)
{
    private readonly StringBuilder _text = new();

    /// <summary>A line of text.</summary>
    public void Line(string text = "")
    {
        Console.WriteLine(text);
        _text.Append(text).Append('\n');
        if (path is not null) ResultFile.WriteMarkdown(path, command, _text.ToString());
    }

    /// <summary>The head of a table.</summary>
    public void Head(params string[] columns)
    {
        Row(columns);
        Line("|" + string.Concat(Enumerable.Repeat("---|", columns.Length)));
    }

    /// <summary>A row of a table.</summary>
    public void Row(params string[] cells) => Line($"| {string.Join(" | ", cells)} |");
}
