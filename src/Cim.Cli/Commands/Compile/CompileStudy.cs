using System.Collections.Immutable;
using System.Globalization;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Invocation;
using Cim.Cli.Studies;
using Cim.Compiler;
using Cim.Compiler.Pipeline;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;
using Spectre.Console;

namespace Cim.Cli.Commands.Compile;

/// <summary>A compilation of a study.</summary>
/// <param name="Choices">A value for each axis.</param>
/// <param name="Options">What to do.</param>
/// <param name="Key">A hash of all that the result depends on.</param>
internal sealed record CompileVariant(ImmutableArray<string> Choices, CompileOptions Options, string Key);

/// <summary>Compilations as parts of a study: one for each combination of values. Their models and the logs of their searches lie in the
/// store.</summary>
/// <param name="axes">What varies.</param>
/// <param name="variants">The combinations.</param>
/// <param name="output">Where the cheapest model goes; null for nowhere.</param>
/// <param name="store">The store.</param>
/// <param name="context">Where it prints.</param>
internal sealed class CompileStudy(
    ImmutableArray<CompileAxis> axes, ImmutableArray<CompileVariant> variants, string? output, StudyStore store, CommandContext context)
    : Study<CompileDesign>(CliJson.Relaxed.CompileDesign)
{
    /// <inheritdoc/>
    public override string Key { get; } = ResultKey.Hash("compile " + string.Join(' ', variants.Select(v => v.Key)));

    /// <inheritdoc/>
    public override int Parts => variants.Length;

    /// <inheritdoc/>
    public override string Describe(int part) => axes.IsEmpty ? "the compilation"
        : string.Join(", ", axes.Zip(variants[part].Choices, (axis, value) => $"{axis.Name}={axis.Label(value)}"));

    /// <inheritdoc/>
    public override void Dispose()
    {
        // It has nothing of its own.
    }

    /// <inheritdoc/>
    protected override IEnumerable<CompileDesign> Measure(int first, int count, CancellationToken cancellation) =>
        variants.Skip(first).Take(count).Select(variant => Compile(variant.Key, OptionsOf(variant), cancellation));

    /// <inheritdoc/>
    protected override void Finish(IReadOnlyList<CompileDesign> parts, double seconds) => Finish(parts);

    /// <inheritdoc/>
    protected override StudyTable Designs(IReadOnlyList<CompileDesign> parts) => Table(parts);

    /// <summary>Writes the cheapest model, and prints all.</summary>
    /// <param name="parts">What every compilation came to.</param>
    public void Finish(IReadOnlyList<CompileDesign> parts)
    {
        CompileDesign? best = parts.Where(d => d.Model is not null).MinBy(CostOf);
        if (output is not null)
        {
            CompileDesign chosen = best ?? throw new CimException(ErrorCodes.AccuracyBudgetMissed,
                $"No compilation of the study keeps within its budget; the last says: {parts[^1].Missed!.Message}");
            AtomicFile.Write(output, stream =>
            {
                using FileStream model = File.OpenRead(store.At("models", chosen.Model!));
                model.CopyTo(stream);
            });
        }

        context.WriteResult(new CompileStudyDocument(axes, variants, parts, best), CliJson.Relaxed.CompileStudyDocument,
            text => Print(text, parts, best));
    }

    /// <summary>A row for every compilation that keeps within its budget.</summary>
    /// <param name="parts">What every compilation came to.</param>
    public StudyTable Table(IReadOnlyList<CompileDesign> parts) => new([.. axes.Select(a => a.Name)],
    [
        .. parts.Zip(variants).Where(p => p.First.Model is not null).Select(p =>
            new StudyDesign(p.Second.Choices, p.First.AccuracyCompiled, p.First.LossPoints ?? double.NaN, p.First.Cost)),
    ]);

    /// <summary>A compilation whose model and trial log lie in the store.</summary>
    public CompileOptions OptionsOf(CompileVariant variant) => variant.Options with
    {
        OutputPath = store.At("models", $"{variant.Key}.cim"),
        TrialLogPath = variant.Options.Searches
            ? store.At("trials", $"{ResultKey.Hash(ResultKey.OfTrials(variant.Options))}.json") : null,
    };

    /// <summary>Compiles.</summary>
    /// <param name="key">The key of the compilation.</param>
    /// <param name="options">See <see cref="OptionsOf"/>.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public CompileDesign Compile(string key, CompileOptions options, CancellationToken cancellation)
    {
        var warnings = new List<CompileWarning>();
        try
        {
            CompileResult result = CompilePipeline.Compile(options, context.Progress, warnings.Add, cancellation);
            Warn();
            return CompileDesign.Of(result, $"{key}.cim");
        }
        catch (CimException e) when (e.Code == ErrorCodes.AccuracyBudgetMissed)
        {
            Warn();
            return new CompileDesign { Missed = new UnitFailure(e.Code, e.Message) };
        }

        // A search that waits for candidates warns when it is done.
        void Warn() => warnings.ForEach(w => context.Warn(w.Code, w.Text, w.File));
    }

    private double CostOf(CompileDesign design) => design.Cost!.Schedule is { } schedule
        ? variants[0].Options.Objective switch
        {
            "throughput" => 1 / schedule.ThroughputPerSecond,
            "energy" => schedule.EnergyPj,
            "arrays" => design.Cost.Arrays,
            "energy-delay" => schedule.EnergyPj * (schedule.For == "throughput" ? 1 / schedule.ThroughputPerSecond : schedule.LatencyNs),
            _ => schedule.LatencyNs,
        }
        : LayerByLayer(design);

    private double LayerByLayer(CompileDesign design) => variants[0].Options.Objective switch
    {
        "energy" => design.Cost!.EnergyPj,
        "arrays" => design.Cost!.Arrays,
        "energy-delay" => design.Cost!.EnergyPj * design.Cost.LatencyNs,
        _ => design.Cost!.LatencyNs,
    };

    private void Print(IAnsiConsole console, IReadOnlyList<CompileDesign> parts, CompileDesign? best)
    {
        var table = new Table().AddColumns(
            [.. axes.Select(a => a.Name), "accuracy, %", "lost, points", "latency, ns", "over 8 bits", "energy, pJ", "arrays", "seconds"]);
        foreach ((CompileDesign d, CompileVariant v) in parts.Zip(variants))
            table.AddRow(
                [.. axes.Zip(v.Choices, (axis, value) => new Text(axis.Label(value))),
                d.Missed is null ? Cell($"{100 * d.AccuracyCompiled:F2}") : new Text("missed"),
                Cell($"{d.LossPoints:F2}"), Cell($"{d.Cost?.LatencyNs:#,0}"),
                Cell($"{d.Baseline?.LatencyNs / d.Cost?.LatencyNs:F2}x"),
                Cell($"{d.Cost?.EnergyPj:#,0}"), Cell($"{d.Cost?.Arrays:#,0}"), Cell($"{d.Seconds:F0}")]);
        console.Write(table);
        foreach (CompileDesign missed in parts.Where(d => d.Missed is not null)) console.WriteLine(missed.Missed!.Message);
        if (best is not null && output is not null) console.WriteLine($"written    {output}");
    }

    private static Text Cell(FormattableString text) => new Text(text.ToString(CultureInfo.InvariantCulture)).RightJustified();
}
