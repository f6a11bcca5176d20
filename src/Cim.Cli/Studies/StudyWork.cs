using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Cim.Cli.Invocation;
using Cim.Compiler.Pipeline;
using Cim.Runtime;

namespace Cim.Cli.Studies;

/// <summary>A study with its store: computes units, and puts their results together.</summary>
/// <param name="study">The study.</param>
/// <param name="stored">The same, as it stands in the store.</param>
/// <param name="store">The store.</param>
internal sealed class StudyWork(Study study, StudyDocument stored, StudyStore store)
{
    private StudyDocument _stored = stored;

    /// <summary>How many units are named in a message.</summary>
    private const int Named = 5;

    /// <summary>The work on a study that a store holds, or that is put there.</summary>
    /// <param name="study">The study.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="store">The store.</param>
    /// <param name="units">Cuts it, if the store does not hold it yet and it does not grow.</param>
    /// <param name="unitParts">Parts of a unit where it grows.</param>
    /// <exception cref="CimException">CIM0050: the store holds another study, or the files it depends on have changed.</exception>
    public static StudyWork Of(
        Study study, IReadOnlyList<string> arguments, StudyStore store, Func<StudyUnit[]> units, int unitParts = 0)
    {
        if (store.Find() is not null) return Of(study, store.Open(), store, arguments);
        var stored = new StudyDocument
        {
            Sdk = SdkVersion.Current, Build = SdkBuild.Current, Key = study.Key, Arguments = arguments,
            Units = study.Grows ? [] : units(), Grows = study.Grows, UnitParts = study.Grows ? unitParts : 0,
        };
        store.Create(stored);
        return new StudyWork(study, stored, store);
    }

    /// <summary>The work on a study that a store holds.</summary>
    /// <param name="study">The study.</param>
    /// <param name="stored">What the store holds.</param>
    /// <param name="store">The store.</param>
    /// <param name="arguments">The command line of <paramref name="study"/>; null if it is the stored one.</param>
    /// <exception cref="CimException">CIM0050: the store holds another study, or the files it depends on have changed.</exception>
    public static StudyWork Of(
        Study study, StudyDocument stored, StudyStore store, IReadOnlyList<string>? arguments = null) => stored.Key == study.Key
        ? new StudyWork(study, stored, store)
        : throw new CimException(ErrorCodes.OtherStudy,
            $"The folder holds the study {stored.Key[..12]} ('cim {string.Join(' ', stored.Arguments)}'), and this is {study.Key[..12]} "
            + $"('cim {string.Join(' ', arguments ?? stored.Arguments)}'): "
            + "the command line is another one, or the model, the data or the profile have changed. Use another folder.")
            { File = store.Folder };

    /// <summary>The study as it stands in the store.</summary>
    public StudyDocument Document => _stored;

    /// <summary>Its units.</summary>
    public IReadOnlyList<StudyUnit> Units => _stored.Units;

    /// <summary>Adds the units of the next round to the study, if there is one.</summary>
    /// <returns>False if the results there are suffice.</returns>
    /// <exception cref="CimException">CIM0051: units have no result yet.</exception>
    public bool Advance(CancellationToken cancellation)
    {
        if (!study.Grows) return false;
        IReadOnlyList<StudyPart> next = study.Next([.. Results().SelectMany(r => r.Parts)], cancellation);
        if (next.Count == 0) return false;
        _stored = _stored with { Units = [.. Units, .. StudyUnits.After(study, Units, next, Math.Max(1, _stored.UnitParts))] };
        store.Create(_stored);
        return true;
    }

    /// <summary>Computes what is missing round after round, and finishes.</summary>
    public void Complete(IProgress<string> progress, CancellationToken cancellation)
    {
        do
        {
            ComputeAll(progress, cancellation);
        }
        while (Advance(cancellation));
        Finish();
    }

    /// <summary>Computes a unit, unless that was done before.</summary>
    /// <returns>False if it was done before.</returns>
    /// <exception cref="CimException">Any problem; it is noted in the store as well.</exception>
    public bool Compute(StudyUnit unit, CancellationToken cancellation)
    {
        if (store.Result(unit) is not null) return false;
        try
        {
            var time = Stopwatch.StartNew();
            JsonElement[] parts = [.. study.Compute(unit.First, unit.Count, cancellation)];
            store.Store(unit, new UnitResult(unit.Id, time.Elapsed.TotalSeconds, parts));
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Problem problem = Problem.From(e);
            store.Store(unit, new UnitFailure(problem.Code, problem.Message));
            throw;
        }
    }

    /// <summary>Computes what is missing, one unit after the other.</summary>
    public void ComputeAll(IProgress<string> progress, CancellationToken cancellation)
    {
        IReadOnlySet<string> done = store.Done();
        for (int i = 0; i < Units.Count; i++)
        {
            if (done.Contains(Units[i].Id) && store.Result(Units[i]) is not null) continue;
            progress.Report(string.Create(CultureInfo.InvariantCulture, $"Unit {i} of {Units.Count}: {Units[i].What}"));
            Compute(Units[i], cancellation);
        }
    }

    /// <summary>Writes and prints what the command gives, from the results of all units.</summary>
    /// <exception cref="CimException">CIM0051: units have no result yet.</exception>
    public void Finish()
    {
        UnitResult[] results = Results();
        study.Finish([.. results.SelectMany(r => r.Parts)], results.Sum(r => r.Seconds));
    }

    /// <summary>What was studied.</summary>
    /// <exception cref="CimException">CIM0051: units have no result yet.</exception>
    public StudyTable Designs() => study.Designs([.. Results().SelectMany(r => r.Parts)]);

    private UnitResult[] Results()
    {
        UnitResult?[] results = [.. Units.Select(store.Result)];
        int[] missing = [.. Enumerable.Range(0, results.Length).Where(i => results[i] is null)];
        if (missing.Length == 0) return results!;
        UnitFailure? failure = missing.Select(i => store.Failure(Units[i])).FirstOrDefault(f => f is not null);
        throw new CimException(ErrorCodes.StudyIncomplete, string.Create(CultureInfo.InvariantCulture,
            $"{missing.Length} of {results.Length} units have no result ({string.Join(", ", missing.Take(Named))}")
            + (missing.Length > Named ? ", ...)" : ")")
            + (failure is null ? "" : $"; one failed with {failure.Code}: {failure.Message}")
            + $". 'cim study resume {store.Folder}' computes what is missing, 'cim study status {store.Folder}' says what happened.")
            { File = store.Folder };
    }
}
