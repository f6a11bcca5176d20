using System.Globalization;
using Cim.Bench.Common;
using Cim.Bench.Common.Results;

namespace Cim.Bench.Wild;

/// <summary>Tries every ONNX file of a folder, each in a process of its own.</summary>
internal static class WildBench
{
    /// <summary>What a compiled network should keep of the float one's direction.</summary>
    private const double GoodCosine = 0.99;

    public static async Task RunAsync(WildSettings settings, BenchRun run, CancellationToken cancellation)
    {
        // The smallest first: a run that is cut short has tried most of them.
        string[] files =
        [
            .. Directory.GetFiles(settings.Folder, "*.onnx", SearchOption.AllDirectories)
                .OrderBy(f => new FileInfo(f).Length).ThenBy(f => f, StringComparer.Ordinal),
        ];
        if (files.Length == 0) throw new BenchException($"There is no .onnx file in {settings.Folder}.");
        run = run with
        {
            Command = settings.Command,
            OutputFolder = run.OutputFolder == run.Repository.Results(run.Topic)
                ? Directory.CreateDirectory(run.Repository.Results("wild")).FullName : run.OutputFolder,
        };
        ResultReport report = run.Report("wild");
        report.Head(WildRow.Columns);
        var rows = new List<WildRow>();
        var network = new WildNetwork(settings, run.Cim.Command);
        MeasurementStore store = (run with { Topic = "wild" }).Store();
        var left = new List<string>();
        foreach (string file in files)
        {
            (string name, string facts) = (Path.GetFileNameWithoutExtension(file), Facts(settings, file));
            if (settings.OnlyStored && !store.Has(name, facts))
            {
                left.Add(Path.GetRelativePath(settings.Folder, file));
                continue;
            }

            BenchRun.Progress(Path.GetRelativePath(settings.Folder, file));
            WildRow row = await store.GetAsync(
                name, facts, WildJson.Default.WildRow,
                () => network.TryAsync(file, cancellation), r => r.Outcome != WildOutcome.TimedOut);
            rows.Add(row);
            report.Row([.. row.Cells.Select(c => c.Replace("|", "\\|", StringComparison.Ordinal))]);
            ResultFile.WriteCsv(Path.Combine(run.OutputFolder, "wild.csv"), run.Command,
                ResultFile.Csv(WildRow.Columns, rows.Select(r => r.Cells)));
        }

        Summarise(rows, report);
        foreach (string file in left) report.Line($"- {file}: not tried yet");
    }

    /// <summary>What a network's row depends on besides the build.</summary>
    private static string Facts(WildSettings settings, string file) => string.Join('\n',
    [
        (settings with { Folder = "", Seconds = 0, OnlyStored = false }).Command, Path.GetRelativePath(settings.Folder, file),
        .. WildNetwork.FilesBeside(file).Prepend(file).Where(File.Exists).Select(f => MeasurementStore.HashOf([f])),
    ]);

    private static void Summarise(List<WildRow> rows, ResultReport report)
    {
        int compiled = rows.Count(r => r.Outcome == WildOutcome.Compiled), refused = rows.Count(r => r.Outcome == WildOutcome.Refused);
        List<WildRow> compared = [.. rows.Where(r => r.Cosine is not null)];
        report.Line();
        report.Line($"- compiled {compiled} of {rows.Count}, refused with one complete message {refused}: "
            + $"{Share(compiled + refused, rows.Count)}");
        foreach (IGrouping<string, WildRow> data in compared.GroupBy(r => r.Data == WildSamples.Random ? "random data" : "data of its own"))
            report.Line($"- cosine >= {GoodCosine.ToString(CultureInfo.InvariantCulture)} with {data.Key}: "
                + $"{data.Count(r => r.Cosine >= GoodCosine)} of {data.Count()}, "
                    + $"{Share(data.Count(r => r.Cosine >= GoodCosine), data.Count())}");
        report.Line();
        report.Line("The rest:");
        report.Line();
        foreach (WildRow row in rows.Where(r => r.Outcome != WildOutcome.Compiled || !(r.Cosine >= GoodCosine)))
            report.Line($"- {row.File}: {Reason(row)}");
    }

    private static string Reason(WildRow row) => row.Outcome switch
    {
        WildOutcome.TimedOut => "not done in time",
        WildOutcome.Crashed => $"ended without a message: {row.Message}",
        WildOutcome.Refused => row.Message,
        _ when row.Cosine is { } cosine => $"cosine {cosine.ToString("F4", CultureInfo.InvariantCulture)}, {row.Data}",
        _ => $"compiled, not compared: {row.Note}",
    };

    private static string Share(int part, int whole) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / whole:F1} %");
}
