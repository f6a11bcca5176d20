using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Sensitivity;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;

namespace Cim.Compiler.Search.Persistence;

/// <summary>
/// The log of a search beside its output: sensitivities, every measured policy and every candidate that was trained, under a key of all
/// that they depend on. Written whole after every measurement (temporary name, then rename), so a search that was killed, or is
/// repeated with another searcher or objective, measures nothing twice. A log of another key is replaced.
/// </summary>
internal sealed class TrialFile : IProxyStore
{
    /// <summary>How losses are estimated; a log of another estimate is of no use.</summary>
    private const string Estimate = "paired loss that believes no luck, its bounds of 95 and 99 %: ";

    private readonly string _path;
    private readonly string _key;
    private readonly SortedDictionary<string, Distance> _trials = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, (double Score, bool Stopped)> _trained = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ProxySelection> _selections = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, AdcSensitivity> _conversions = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    private TrialFile(string path, string key) => (_path, _key) = (path, Estimate + key);

    /// <summary>Measured sensitivities, if they are known.</summary>
    public MeasuredSensitivity? Sensitivity { get; private set; }

    /// <summary>Policies known from an earlier run.</summary>
    public int Known { get; private set; }

    /// <summary>Whether nothing is written: others write to the file.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Whether candidates are left to other processes.</summary>
    public bool LeavesCandidates { get; init; }

    /// <summary>Reads the log; it is empty if there is none, or none of this key.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="key">All that measurements depend on.</param>
    /// <param name="isReadOnly">See <see cref="IsReadOnly"/>.</param>
    /// <param name="leavesCandidates">See <see cref="LeavesCandidates"/>.</param>
    public static TrialFile Open(string path, string key, bool isReadOnly = false, bool leavesCandidates = false)
    {
        TrialFile Empty() => new(path, key) { IsReadOnly = isReadOnly, LeavesCandidates = leavesCandidates };
        TrialFile file = Empty();
        try
        {
            if (FileFacts.KindOf(path) != FileKind.Regular) return file;
            string text = InputFile.ReadText(path, "trial log", ErrorCodes.InvalidData);
            if (JsonSerializer.Deserialize(text, TrialJson.Relaxed.TrialDocument) is { } document && document.Key == file._key)
                file.Take(document);
            return file;
        }
        catch (CimException e) when (e.Code == ErrorCodes.InvalidData)
        {
            return Empty(); // No text.
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or IndexOutOfRangeException
            or OverflowException or ArgumentException or NullReferenceException)
        {
            return Empty(); // A damaged log is no more than a lost one.
        }
    }

    /// <summary>True if nothing stands in the way of a log: no file, an empty one, a device, or a log, damaged or not.</summary>
    public static bool CanStandAt(string path)
    {
        if (FileFacts.KindOf(path) != FileKind.Regular) return true;
        using var reader = new StreamReader(path, Encoding.UTF8);
        char[] start = new char[64];
        string text = new string(start, 0, reader.ReadBlock(start)).TrimStart();
        return text.Length == 0 || (text[0] == '{' && text[1..].TrimStart().StartsWith("\"key\"", StringComparison.Ordinal));
    }

    public void Store(MeasuredSensitivity sensitivity)
    {
        Sensitivity = sensitivity;
        Write();
    }

    /// <summary>The estimate of weights that was chosen for a space, if it is known.</summary>
    public ProxySelection? Selection(string space) => _selections.GetValueOrDefault(space);

    public void Store(string space, ProxySelection selection)
    {
        lock (_gate) _selections[space] = selection;
        Write();
    }

    /// <summary>What narrow conversions do on a machine, if it is known.</summary>
    public AdcSensitivity? Conversions(HardwareProfile hardware) => _conversions.GetValueOrDefault(Name(hardware));

    public void Store(AdcSensitivity conversions, HardwareProfile hardware)
    {
        lock (_gate) _conversions[Name(hardware)] = conversions;
        Write();
    }

    /// <summary>A measurement from memory, else made and remembered.</summary>
    /// <param name="name">The policy, as text.</param>
    /// <param name="measure">Measures it.</param>
    public Distance Measure(string name, Func<Distance> measure)
    {
        if (_trials.TryGetValue(name, out Distance known)) return known;
        Distance distance = measure();
        lock (_gate) _trials[name] = distance;
        Write();
        return distance;
    }

    /// <summary>Ends the search here if candidates are left to other processes and some of these are not known yet.</summary>
    /// <exception cref="SearchRoundException">What is not known.</exception>
    public void Await(IEnumerable<CandidateTask> tasks)
    {
        if (!LeavesCandidates) return;
        CandidateTask[] unknown = [.. tasks.DistinctBy(t => t.Name, StringComparer.Ordinal)
            .Where(t => t.Choices is null ? !_trials.ContainsKey(t.Name) : !_trained.ContainsKey(t.Name))];
        if (unknown.Length > 0) throw new SearchRoundException(unknown);
    }

    /// <summary>Stores what other processes found out.</summary>
    public void Store(IEnumerable<CandidateResult> results)
    {
        bool isNew = false;
        lock (_gate)
            foreach (CandidateResult result in results)
            {
                if (result.Measured is { Length: 4 } d) isNew |= _trials.TryAdd(result.Name, new Distance(d[0], d[1], d[2], d[3]));
                else if (result.Trained is { } t) isNew |= _trained.TryAdd(result.Name, (t.Score, t.Stopped));
            }

        if (isNew) Write();
    }

    /// <summary>The score of a training, if it is known.</summary>
    public (double Score, bool Stopped)? Trained(string name) => _trained.TryGetValue(name, out (double, bool) known) ? known : null;

    /// <summary>The score of a training from memory, else made and remembered.</summary>
    /// <param name="name">The policy and all the training depends on, as text.</param>
    /// <param name="train">Trains; null if the time was over, which is not remembered.</param>
    public (double Score, bool Stopped)? Train(string name, Func<(double Score, bool Stopped)?> train)
    {
        if (_trained.TryGetValue(name, out (double, bool) known)) return known;
        if (train() is not { } score) return null;
        lock (_gate) _trained[name] = score;
        Write();
        return score;
    }

    private static string Name(HardwareProfile hardware) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(
            HardwareProfiles.ToJson(HardwareProfiles.WithoutChip(hardware))));

    private void Take(TrialDocument document)
    {
        if (document.Sensitivity is { } s) Sensitivity = new MeasuredSensitivity(Table(s.Weights), Table(s.Activations));
        foreach ((string policy, double[] d) in document.Trials) _trials[policy] = new Distance(d[0], d[1], d[2], d[3]);
        foreach ((string hardware, var rows) in document.Conversions) _conversions[hardware] = new AdcSensitivity(Table(rows));
        if (document.Estimates is { } estimates)
            foreach ((string space, TrialEstimate e) in estimates)
                _selections[space] = new ProxySelection(
                    e.Chosen, [.. e.RankCorrelation.Select(q => new ProxyQuality(q.Key, Number(q.Value[0]), Number(q.Value[1])))],
                    Table(e.Weights));
        if (document.Trained is { } trained)
            foreach ((string candidate, TrainedScore t) in trained) _trained[candidate] = (t.Score, t.Stopped);
        Known = _trials.Count;
    }

    private void Write()
    {
        if (IsReadOnly) return;
        lock (_gate)
            AtomicFile.Write(_path, stream => JsonSerializer.Serialize(stream, ToDocument(), TrialJson.Relaxed.TrialDocument));
    }

    private TrialDocument ToDocument() => new()
    {
        Key = _key,
        Sensitivity = Sensitivity is { } s ? new TrialSensitivity(Rows(s.Weights), Rows(s.Activations)) : null,
        Trials = Sorted(_trials, d => new[] { d.Divergence, d.LossPoints, d.BudgetPoints, d.LeastPoints }),
        Conversions = Sorted(_conversions, c => Rows(c.Layers)),
        Estimates = Sorted(_selections, p => new TrialEstimate(
            p.Name, p.Proxies.ToDictionary(q => q.Proxy, q => new[] { Number(q.WithDivergence), Number(q.WithLoss) }), Rows(p.Weights))),
        Trained = Sorted(_trained, t => new TrainedScore(t.Score, t.Stopped)),
    };

    private static SortedDictionary<string, T> Sorted<TValue, T>(SortedDictionary<string, TValue> values, Func<TValue, T> form) =>
        new(values.ToDictionary(v => v.Key, v => form(v.Value)), StringComparer.Ordinal);

    private static double Number(double? value) => value ?? double.NaN;

    private static double? Number(double value) => double.IsNaN(value) ? null : value;

    private static SortedDictionary<int, double>[] Rows(ImmutableArray<ImmutableSortedDictionary<int, double>> table) =>
        [.. table.Select(row => new SortedDictionary<int, double>(row))];

    private static ImmutableArray<ImmutableSortedDictionary<int, double>> Table(SortedDictionary<int, double>[] rows) =>
        [.. rows.Select(row => row.ToImmutableSortedDictionary())];
}
