using System.CommandLine;
using System.Text;
using Cim.Cli.Commands.Studies;
using Cim.Cli.Invocation;
using Cim.Cli.Options;
using Cim.Cli.Studies;
using Cim.Cli.Studies.Slurm;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;
using Spectre.Console;

namespace Cim.Cli.Commands;

/// <summary><c>cim study status|resume|table|plot|best DIR</c>: what there is to say and to do about a study.</summary>
internal static class StudyCommands
{
    private const int LogLines = 10;

    private static readonly Argument<string> _folder = new("store") { Description = "The folder of the study." };
    private static readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The file: .csv or .parquet.", Required = true,
    };
    private static readonly Option<string> _drawing = new("--output", "-o") { Description = "The file (.svg).", Required = true };
    private static readonly RowOption<double> _within =
        new(OptionTable.MaxAccuracyLoss with { Default = "0.5" }, "What a design may lose, in percentage points.");
    private static readonly RowOption<string> _objective =
        new(OptionTable.Objective with { Choices = ["latency", "energy", "area", "arrays"] }, "What is to be least.");

    public static Command Create() => new("study", "Says how far a study is, submits what is missing, and asks it for designs.")
    {
        new Command("status", "Counts units that are done, running, waiting, failed and missing.") { _folder }.Does(Status),
        Resume(),
        new Command("table", "Writes a row for every design of a study, as CSV or Parquet.") { _folder, _output }.Does(WriteTable),
        new Command("plot", "Draws the designs of a study, cost against loss, as SVG.") { _folder, _drawing, _objective }.Does(Plot),
        new Command("best", "Prints the cheapest design that loses little enough.") { _folder, _within, _objective }.Does(Best),
    };

    private static Command Resume()
    {
        var command = new Command("resume",
            "Submits the units that have no result and are in no queue; computes them here if the study was never submitted.") { _folder };
        SlurmArguments.AddTo(command);
        return command.Does(async (parsed, context) =>
        {
            var store = new StudyStore(parsed.GetRequiredValue(_folder));
            StudyDocument study = store.Open();
            if (SlurmArguments.IsDry(parsed)) await SlurmArguments.Print(parsed, context, store, [.. study.Units]);
            else if (new SlurmStudy(store, study, SlurmArguments.Cluster(context)).Jobs is not null)
                await SlurmArguments.Submit(parsed, context, store, study);
            else StudyCommand.With(parsed, context, store, work => work.Complete(context.Progress, context.Cancellation));
            return ExitCode.Ok;
        });
    }

    private static async Task<int> Status(ParseResult parsed, CommandContext context)
    {
        var store = new StudyStore(parsed.GetRequiredValue(_folder));
        StudyDocument study = store.Open();
        var slurm = new SlurmStudy(store, study, SlurmArguments.Cluster(context));
        (IReadOnlyList<UnitState> states, string? silent) = await slurm.States();
        if (silent is not null)
            context.Warn(ErrorCodes.ClusterRefused, $"{silent} Units that wait or run are counted as missing.", store.Folder);
        string? gathering = study.Grows && silent is null ? await slurm.GatherState() : null;
        FailedUnit? failure = Enumerable.Range(0, states.Count).Where(i => states[i] == UnitState.Failed).Select(i =>
        {
            UnitFailure? said = store.Failure(study.Units[i]);
            return new FailedUnit(i, said?.Code, said?.Message, slurm.Log(i));
        }).FirstOrDefault();
        var document = new StatusDocument(store, states, failure) { Grows = study.Grows, Continuation = gathering };
        context.WriteResult(document, StudyOutputJson.Relaxed.StatusDocument, text => Print(text, study, document));
        return ExitCode.Ok;
    }

    private static void Print(IAnsiConsole console, StudyDocument study, StatusDocument status)
    {
        console.WriteLine($"cim {string.Join(' ', study.Arguments)}");
        console.WriteLine($"{status.Units} units: {status.Done} done, {status.Running} running, {status.Waiting} waiting, {status.Failed} "
            + $"failed, {status.Missing} missing" + (status.Grows ? "; further ones may follow" : ""));
        if (status.Continuation is { } state) console.WriteLine($"the job that continues the search: {state}");
        if (status.FirstFailure is not { } failure) return;
        console.WriteLine($"unit {failure.Unit} ({study.Units[failure.Unit].What}) failed"
            + (failure.Code is null ? " without a word" : $": {failure.Code}: {failure.Message}"));
        if (failure.Log is not { } log) return;
        console.WriteLine(log);
        foreach (string line in File.ReadLines(log).TakeLast(LogLines)) console.WriteLine("    " + line);
    }

    private static void WriteTable(ParseResult parsed, CommandContext context)
    {
        string path = parsed.GetRequiredValue(_output);
        new CommandFiles().Writes("--output", path).Check();
        bool isParquet = Path.GetExtension(path).Equals(".parquet", StringComparison.OrdinalIgnoreCase);
        if (!isParquet && !Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase))
            throw OptionError.Usage($"--output is '{path}'; the file must end in .csv or .parquet.");
        StudyCommand.With(parsed, context, new StudyStore(parsed.GetRequiredValue(_folder)), work =>
        {
            StudyTable table = work.Designs();
            if (isParquet) ParquetTable.Write(path, table);
            else table.WriteCsv(path);
            context.Report($"{table.Designs.Length} designs in {path}");
        });
    }

    private static void Plot(ParseResult parsed, CommandContext context)
    {
        string path = parsed.GetRequiredValue(_drawing);
        new CommandFiles().Writes("--output", path).Check();
        var store = new StudyStore(parsed.GetRequiredValue(_folder));
        (string name, Func<DesignCost, double> cost) = CostOf(parsed.GetRequiredValue(_objective));
        StudyCommand.With(parsed, context, store, work =>
        {
            string title = $"{Path.GetFileName(store.Folder)}: {work.Document.Arguments[0]}";
            string svg = StudyPlot.Draw(work.Designs(), title, name, cost) ?? throw new CimException(ErrorCodes.InvalidStudy,
                "No design of the study has both a cost and a loss, so there is nothing to draw. 'cim study table' writes what there is.")
                { File = store.Folder };
            AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(svg)));
        });
    }

    private static (string Name, Func<DesignCost, double> Of) CostOf(string objective) => objective switch
    {
        "energy" => ("energy, pJ", c => c.EnergyPj),
        "area" => ("area, um2", c => c.AreaUm2),
        "arrays" => ("arrays", c => c.Arrays),
        _ => ("latency, ns", c => c.LatencyNs),
    };

    private static void Best(ParseResult parsed, CommandContext context) =>
        StudyCommand.With(parsed, context, new StudyStore(parsed.GetRequiredValue(_folder)), work =>
        {
            StudyTable table = work.Designs();
            double within = parsed.GetValue(_within);
            string objective = parsed.GetRequiredValue(_objective);
            StudyDesign best = table.Cheapest(within, CostOf(objective).Of) ?? throw new CimException(ErrorCodes.AccuracyBudgetMissed,
                FormattableString.Invariant($"No design loses at most {within} points; the least is ")
                + FormattableString.Invariant($"{table.Designs.Min(d => d.LossPoints):F2} points. Allow more, or study other designs."));
            context.WriteResult(new BestDocument(table, best), StudyOutputJson.Relaxed.BestDocument, text => text.WriteLine(
                $"{string.Join(", ", table.Parameters.Zip(best.Choices, (p, c) => $"{p}={c}"))}: "
                + (best.Accuracy is { } accuracy ? FormattableString.Invariant($"{100 * accuracy:F2} %, ") : "")
                + FormattableString.Invariant($"{best.LossPoints:F2} points lost, {best.Cost!.LatencyNs:#,0} ns, ")
                + (best.Cost.EnergyPj > 0 ? FormattableString.Invariant($"{best.Cost.EnergyPj:#,0} pJ, ") : "")
                + (best.Cost.AreaUm2 > 0 ? FormattableString.Invariant($"{best.Cost.AreaUm2:#,0} um2, ") : "")
                + FormattableString.Invariant($"{best.Cost.Arrays:#,0} arrays")));
        });
}
