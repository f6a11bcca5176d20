using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Invocation;
using Cim.Cli.Studies;
using Cim.Compiler;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Search.Persistence;

namespace Cim.Cli.Commands.Compile;

/// <summary>A candidate of a search that is measured as a part of a study.</summary>
/// <param name="Variant">The compilation whose search asks.</param>
/// <param name="Task">What is asked.</param>
internal sealed record CandidateWork(int Variant, CandidateTask Task);

/// <summary>
/// Compilations whose searches are cut, too. A search depends on nothing but what it measures, so it is run again from its beginning with
/// all results there are, up to the candidates it needs next: these are the parts of a round. When it needs no more it has ended as it
/// does in one process.
/// </summary>
/// <param name="whole">The compilations.</param>
/// <param name="variants">The same, one by one.</param>
/// <param name="store">The store.</param>
/// <param name="context">Where it prints.</param>
internal sealed class SplitCompileStudy(
    CompileStudy whole, ImmutableArray<CompileVariant> variants, StudyStore store, CommandContext context)
    : Study<CandidateResult>(CliJson.Relaxed.CandidateResult)
{
    /// <inheritdoc/>
    public override string Key { get; } = ResultKey.Hash($"split {whole.Key}");

    /// <inheritdoc/>
    public override int Parts => Work().Length;

    /// <inheritdoc/>
    public override bool Grows => true;

    /// <inheritdoc/>
    public override string Describe(int part) => Describe(Work()[part]);

    /// <inheritdoc/>
    public override void Dispose() => whole.Dispose();

    /// <inheritdoc/>
    protected override IReadOnlyList<StudyPart> Next(IReadOnlyList<CandidateResult> parts, CancellationToken cancellation)
    {
        ILookup<int, CandidateResult> results = Work().Zip(parts).ToLookup(p => p.First.Variant, p => p.Second);
        foreach (IGrouping<int, CandidateResult> known in results) CompilePipeline.Learn(OptionsOf(known.Key), known);
        var next = new List<CandidateWork>();
        for (int v = 0; v < variants.Length; v++)
        {
            if (Design(v) is not null) continue;
            CompileOptions options = OptionsOf(v);
            try
            {
                StudyStore.Write(DesignFile(v), whole.Compile(variants[v].Key, options with { LeavesCandidates = true }, cancellation),
                    CliJson.Relaxed.CompileDesign);
            }
            catch (SearchRoundException round)
            {
                context.Report(string.Create(CultureInfo.InvariantCulture,
                    $"{whole.Describe(v)}: {parts.Count} candidates are known, and {round.Tasks.Count} are needed next"));
                // Searches with one log measure together.
                next.AddRange(round.Tasks.Where(t => !next.Exists(
                    n => n.Task.Name == t.Name && OptionsOf(n.Variant).TrialLogPath == options.TrialLogPath))
                    .Select(t => new CandidateWork(v, t)));
            }
        }

        return [.. next.Select(n => new StudyPart(Describe(n), JsonSerializer.SerializeToElement(n, CliJson.Relaxed.CandidateWork)))];
    }

    /// <inheritdoc/>
    protected override IEnumerable<CandidateResult> Measure(int first, int count, CancellationToken cancellation) => Work()
        .Skip(first).Take(count).GroupBy(w => w.Variant)
        .SelectMany(g => CompilePipeline.Measure(OptionsOf(g.Key), [.. g.Select(w => w.Task)], context.Progress, cancellation));

    /// <inheritdoc/>
    protected override void Finish(IReadOnlyList<CandidateResult> parts, double seconds) => whole.Finish(AllDesigns());

    /// <inheritdoc/>
    protected override StudyTable Designs(IReadOnlyList<CandidateResult> parts) => whole.Table(AllDesigns());

    private string Describe(CandidateWork work) =>
        $"{whole.Describe(work.Variant)}: {(work.Task.Choices is null ? "widths" : "short training")} {work.Task.Name}";

    private CompileOptions OptionsOf(int variant)
    {
        CompileOptions options = whole.OptionsOf(variants[variant]);
        return options with
        {
            CandidatesPath = store.At("candidates", Path.GetFileNameWithoutExtension(options.TrialLogPath!) + ".bin"),
        };
    }

    private CandidateWork[] Work() =>
    [
        .. (store.Find()?.Units ?? []).SelectMany(u => u.Work ?? []).Select(w => w.Deserialize(CliJson.Relaxed.CandidateWork)!),
    ];

    private string DesignFile(int variant) => store.At("designs", $"{variants[variant].Key}.json");

    private CompileDesign? Design(int variant) => StudyStore.Read(DesignFile(variant), CliJson.Relaxed.CompileDesign);

    private CompileDesign[] AllDesigns() => [.. Enumerable.Range(0, variants.Length).Select(v => Design(v)
        ?? throw new Cim.Runtime.CimException(Cim.Runtime.ErrorCodes.StudyIncomplete,
            $"The search of {whole.Describe(v)} has not ended. 'cim study resume {store.Folder}' goes on with it.")
            { File = store.Folder })];
}
