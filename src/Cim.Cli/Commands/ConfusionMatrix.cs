using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Evaluation;
using Spectre.Console;

namespace Cim.Cli.Commands;

/// <summary>Labels against the classes that a network names, of all chips together.</summary>
/// <param name="Cells">The pairs that occurred.</param>
/// <param name="Labels">Names of the classes; empty if there are none.</param>
internal sealed record ConfusionMatrix(ImmutableArray<ConfusionCell> Cells, ImmutableArray<string> Labels)
{
    // More columns fit into no terminal.
    private const int MostColumns = 20, Pairs = 10;

    /// <summary>Classes from 0 to the largest that has a name or occurred.</summary>
    public int Classes => Math.Max(Labels.Length, Cells.Select(c => Math.Max(c.Label, c.Predicted) + 1).DefaultIfEmpty(0).Max());

    /// <summary>Adds up what several chips named.</summary>
    public static ConfusionMatrix Of(IEnumerable<ConfusionCell> cells, IEnumerable<string> labels) => new(
        [.. cells.GroupBy(c => (c.Label, c.Predicted)).OrderBy(g => g.Key).Select(
            g => new ConfusionCell(g.Key.Label, g.Key.Predicted, g.Sum(c => c.Count)))], [.. labels]);

    /// <summary>Samples of a label that were taken for a class.</summary>
    public int this[int label, int predicted] => Cells.FirstOrDefault(c => c.Label == label && c.Predicted == predicted)?.Count ?? 0;

    /// <summary>The share of the samples of a class that the network names so; null if there is none.</summary>
    public double? Recall(int label) => Share(this[label, label], Cells.Where(c => c.Label == label));

    /// <summary>The share of the samples named a class that are of it; null if none is.</summary>
    public double? Precision(int predicted) => Share(this[predicted, predicted], Cells.Where(c => c.Predicted == predicted));

    /// <summary>The name of a class, else its number.</summary>
    public string Name(int c) => c < Labels.Length ? Labels[c] : c.ToString(CultureInfo.InvariantCulture);

    /// <summary>The matrix of few classes, recall and precision of each, and the pairs most often confused.</summary>
    public void Print(IAnsiConsole console)
    {
        bool whole = Classes <= MostColumns;
        var table = new Table().Title(whole ? "samples by label (rows) and class named (columns)" : "classes").AddColumn("Label");
        if (whole)
            for (int c = 0; c < Classes; c++) table.AddColumn(new TableColumn(Number(c)).RightAligned());
        table.AddColumn(new TableColumn("Recall").RightAligned()).AddColumn(new TableColumn("Precision").RightAligned());
        for (int label = 0; label < Classes; label++)
        {
            string name = label < Labels.Length ? string.Create(CultureInfo.InvariantCulture, $"{label} {Name(label)}") : Name(label);
            IEnumerable<int> row = whole ? Enumerable.Range(0, Classes).Select(c => this[label, c]) : [];
            table.AddRow([
                new Text(name), .. row.Select(n => n == 0 ? new Text(".") : Number(n)),
                new Text(Percent(Recall(label))), new Text(Percent(Precision(label)))]);
        }

        console.Write(table);
        foreach (ConfusionCell cell in Cells.Where(c => c.Label != c.Predicted).OrderByDescending(c => c.Count).Take(Pairs))
            console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{Name(cell.Label)} taken for {Name(cell.Predicted)}: {cell.Count} ({100.0 * cell.Count / SamplesOf(cell.Label):F1} %)"));
    }

    private int SamplesOf(int label) => Cells.Where(c => c.Label == label).Sum(c => c.Count);

    private static double? Share(int part, IEnumerable<ConfusionCell> of) =>
        of.Sum(c => c.Count) is > 0 and var all ? (double)part / all : null;

    private static Text Number(int value) => new(value.ToString(CultureInfo.InvariantCulture));

    private static string Percent(double? share) =>
        share is { } value ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:F1} %") : "-";
}
