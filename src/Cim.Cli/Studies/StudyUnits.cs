using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Cim.Compiler.Pipeline;

namespace Cim.Cli.Studies;

/// <summary>Cuts a study into units.</summary>
internal static class StudyUnits
{
    /// <summary>What a unit is to take: long against the start of a process, short against the time limits of queues.</summary>
    private const double Seconds = 180;

    /// <summary>A part that takes less is timed a second time: the first time has the start of a process in it, which a unit has
    /// once.</summary>
    private const double Short = 20;

    /// <summary>More files than this in one folder tree are slow to list on shared file systems.</summary>
    private const int Most = 10_000;

    /// <summary>Units of so many parts each.</summary>
    public static StudyUnit[] Of(Study study, int parts) => [.. From(study, study.Parts, parts)];

    /// <summary>
    /// Units that take minutes: the last part is computed and timed, a unit of its own, and the others have as many parts as that suggests.
    /// The first would say less: it may be what the others are compared with.
    /// </summary>
    public static StudyUnit[] Timed(Study study, StudyStore store, IProgress<string> progress, CancellationToken cancellation)
    {
        int last = study.Parts - 1;
        progress.Report($"Computing one of {study.Parts} parts, to see how many make a unit: {study.Describe(last)}");
        var time = Stopwatch.StartNew();
        JsonElement[] result = [.. study.Compute(last, 1, cancellation)];
        double seconds = time.Elapsed.TotalSeconds;
        StudyUnit timed = Unit(study, last, 1);
        store.Store(timed, new UnitResult(timed.Id, seconds, result));
        if (seconds < Short)
        {
            time.Restart();
            foreach (JsonElement again in study.Compute(last, 1, cancellation)) _ = again;
            seconds = Math.Min(seconds, time.Elapsed.TotalSeconds);
        }

        double parts = Math.Max(Seconds / Math.Max(1e-3, seconds), last / (Most - 1.0));
        StudyUnit[] units = [.. From(study, last, (int)Math.Clamp(Math.Ceiling(parts), 1, Math.Max(1, last))), timed];
        progress.Report(string.Create(CultureInfo.InvariantCulture,
            $"A part takes {seconds:G3} s: {units.Length} units of up to {units[0].Count} parts"));
        return units;
    }

    /// <summary>The units of a further round.</summary>
    /// <param name="study">The study.</param>
    /// <param name="before">The units before them.</param>
    /// <param name="parts">The parts of the round.</param>
    /// <param name="count">Parts a unit has.</param>
    public static IEnumerable<StudyUnit> After(
        Study study, IReadOnlyList<StudyUnit> before, IReadOnlyList<StudyPart> parts, int count)
    {
        int first = before.Sum(u => u.Count);
        foreach (StudyPart[] unit in parts.Chunk(count))
        {
            JsonElement[] work = [.. unit.Select(p => p.Work)];
            string id = Id(study, first, unit.Length, string.Concat(work.Select(w => $" {w.GetRawText()}")));
            yield return new StudyUnit(id, first, unit.Length, What(unit[0].What, unit[^1].What)) { Work = work };
            first += unit.Length;
        }
    }

    private static IEnumerable<StudyUnit> From(Study study, int end, int parts)
    {
        for (int first = 0; first < end; first += parts) yield return Unit(study, first, Math.Min(parts, end - first));
    }

    private static StudyUnit Unit(Study study, int first, int count) =>
        new(Id(study, first, count, ""), first, count, What(study.Describe(first), study.Describe(first + count - 1)));

    private static string Id(Study study, int first, int count, string work) =>
        ResultKey.Hash(FormattableString.Invariant($"{SdkBuild.Current} {study.Key} {first} {count}{work}"))[..32];

    private static string What(string first, string last) => first == last ? first : $"{first} to {last}";
}
