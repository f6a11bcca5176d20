using System.Globalization;
using System.Text;

namespace Cim.Benchmarks;

/// <summary>Rows of a table, as Markdown and as CSV.</summary>
internal sealed class ResultTable(params string[] columns)
{
    private readonly List<string[]> _rows = [];

    public void Add(params object[] cells) => _rows.Add([.. cells.Select(c => Convert.ToString(c, CultureInfo.InvariantCulture)!)]);

    public string Markdown()
    {
        var text = new StringBuilder();
        text.Append("| ").AppendJoin(" | ", columns).Append(" |\n|").Append(string.Concat(Enumerable.Repeat("---|", columns.Length)))
            .Append('\n');
        foreach (string[] row in _rows) text.Append("| ").AppendJoin(" | ", row).Append(" |\n");
        return text.ToString();
    }

    public string Csv()
    {
        var text = new StringBuilder();
        text.AppendJoin(',', columns).Append('\n');
        foreach (string[] row in _rows) text.AppendJoin(',', row.Select(c => c.Contains(',') ? $"\"{c}\"" : c)).Append('\n');
        return text.ToString();
    }
}
