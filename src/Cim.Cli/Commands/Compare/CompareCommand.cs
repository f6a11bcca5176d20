using System.CommandLine;
using System.Globalization;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Invocation;
using Spectre.Console;

namespace Cim.Cli.Commands.Compare;

/// <summary><c>cim compare A B</c>: the reports of two compilations side by side.</summary>
internal static class CompareCommand
{
    private static readonly Argument<string> _a = new("a")
    {
        Description = "A report (its folder, or its report.json), or a compiled model.",
    };

    private static readonly Argument<string> _b = new("b") { Description = "Another one." };

    public static Command Create() =>
        new Command("compare", "Puts two compilations side by side: accuracy, cost, layers, set-up.") { _a, _b }
            .Does((parsed, context) =>
            {
                var comparison = new Comparison(
                    ReportFile.Read(parsed.GetRequiredValue(_a)), ReportFile.Read(parsed.GetRequiredValue(_b)));
                context.WriteResult(
                    new CompareDocument(comparison), CliJson.Relaxed.CompareDocument, text => Print(text, comparison));
            });

    private static void Print(IAnsiConsole console, Comparison comparison)
    {
        foreach (ComparedText setup in comparison.Setup)
            console.WriteLine($"{setup.Name}: A {setup.A ?? "-"}, B {setup.B ?? "-"}");
        var figures = new Table().AddColumns("", "A", "B", "B - A", "B / A");
        foreach (int column in Enumerable.Range(1, 4)) figures.Columns[column].RightAligned();
        foreach (ComparedFigure f in comparison.Figures.Where(f => f.A is not null || f.B is not null))
            figures.AddRow(
                new Text(f.Unit.Length == 0 ? f.Name : $"{f.Name}, {f.Unit}"), Cell(f.A), Cell(f.B), Cell(f.Difference, signed: true),
                new Text(f.Ratio is { } ratio ? string.Create(CultureInfo.InvariantCulture, $"{ratio:0.000}") : "-"));
        console.Write(figures);

        ComparedLayer[] layers = [.. comparison.Layers.Where(l => l.Differs)];
        if (layers.Length > 0)
        {
            var table = new Table().AddColumns("Layer", "Bits w/a/adc", "Latency, ns", "Energy, pJ", "Arrays", "Own error, %", "Error, %");
            foreach (ComparedLayer layer in layers)
                table.AddRow([new Text(layer.Name), new Text(Change(layer.BitsA, layer.BitsB)),
                    .. layer.Figures.Select(f => new Text(Change(Number(f.A), Number(f.B))))]);
            console.Write(table);
        }

        int same = comparison.Layers.Length - layers.Length;
        if (same > 0) console.WriteLine(same == 1 ? "1 layer is the same in both" : $"{same} layers are the same in both");
        Names(console, "layers in A alone", comparison.OnlyInA);
        Names(console, "layers in B alone", comparison.OnlyInB);
        foreach (string warning in comparison.WarningsOnlyInA) console.WriteLine($"warning of A alone: {warning}");
        foreach (string warning in comparison.WarningsOnlyInB) console.WriteLine($"warning of B alone: {warning}");
    }

    private static void Names(IAnsiConsole console, string what, IReadOnlyCollection<string> names)
    {
        if (names.Count > 0) console.WriteLine($"{what}: {string.Join(", ", names)}");
    }

    private static string Change(string a, string b) => a == b ? a : $"{a} -> {b}";

    private static Text Cell(double? value, bool signed = false) =>
        new(signed && value > 0 ? "+" + Number(value) : Number(value));

    private static string Number(double? value) => value switch
    {
        null => "-",
        { } v when Math.Abs(v) >= 1000 => string.Create(CultureInfo.InvariantCulture, $"{v:#,0}"),
        { } v => string.Create(CultureInfo.InvariantCulture, $"{v:0.####}"),
    };
}
