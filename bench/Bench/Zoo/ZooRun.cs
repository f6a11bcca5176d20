using Cim.Bench.Common;
using Cim.Compiler.Pipeline;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using static System.FormattableString;

namespace Cim.Bench.Zoo;

/// <summary>Measures what the store does not have, network after network.</summary>
/// <param name="run">The command.</param>
/// <param name="options">How networks are searched.</param>
/// <param name="folder">The store.</param>
internal sealed class ZooRun(BenchRun run, ZooOptions options, string folder)
{
    /// <summary>Searchers without randomness are measured with the first seed only.</summary>
    private const ulong FirstSeed = 1;

    /// <summary>The searcher whose results are checked on evaluation samples, too.</summary>
    private const string Checked = "rl";

    private readonly ZooStore _store = new(folder);
    private readonly List<ZooRow> _rows = [];
    private readonly Dictionary<string, string> _skipped = new(StringComparer.Ordinal);

    /// <summary>True if what the store does not have is left out.</summary>
    public bool IsReport { get; init; }

    /// <summary>Searches that the store does not have and that were left out (<see cref="IsReport"/>).</summary>
    public int Missing { get; private set; }

    /// <summary>Takes the store for these measurements.</summary>
    /// <exception cref="BenchException">It holds those of another build, or of other options.</exception>
    public void Take() => _store.Take(Study);

    /// <summary>All searches of a unit, as <see cref="Measure"/>, for a process that has no other.</summary>
    /// <exception cref="BenchException">The network could not be measured.</exception>
    public void MeasureAlone(ZooUnit unit, string[] searchers, CancellationToken cancellation)
    {
        Measure(unit, searchers, cancellation);
        if (_skipped.TryGetValue(unit.Network, out string? reason)) throw new BenchException($"{unit}: {reason}");
    }

    /// <summary>A hash of all that a unit depends on: the build, and every option and file that the table of options counts
    /// into results.</summary>
    /// <exception cref="BenchException">Samples are missing.</exception>
    /// <exception cref="CimException">The network is missing.</exception>
    public string IdOf(ZooUnit unit, string[] searchers)
    {
        ZooNetwork network = ZooNetworks.Of(unit.Network, run);
        ZooFiles files = ZooFiles.Write(network, folder);
        HardwareProfile hardware = HardwareProfiles.Load(unit.Profile);
        IEnumerable<string> keys =
            from searcher in searchers
            let asked = options.Compilation(network, unit.Profile, searcher, files) with { Seed = unit.Seed }
            from entry in ResultKey.OfLock(asked, hardware)
            select $"{searcher} {entry.Key}={entry.Value}";
        return ResultKey.Hash(string.Join(' ', keys.Prepend(InputHash.OfData(files.Unseen)).Prepend(InputHash.OfData(files.Evaluation))
            .Prepend(Study)))[..32];
    }

    /// <summary>All searches of a unit; false if there was nothing left to measure.</summary>
    public bool Measure(ZooUnit unit, string[] searchers, CancellationToken cancellation)
    {
        (string name, string profile, ulong seed) = unit;
        if (_skipped.ContainsKey(name)) return false;
        ZooCell? cell = null;
        try
        {
            foreach (string searcher in searchers)
                foreach (bool isChecked in new[] { false, true })
                {
                    ZooNetwork network = ZooNetworks.Of(name, run);
                    // Checking does not depend on who searched; it is shown for the one.
                    if (isChecked && (!network.IsLabelled || searcher != Checked)) continue;
                    if (seed != FirstSeed && !ZooSearchers.IsRandom(searcher)) continue;
                    if (_store.Find(name, profile, searcher, seed, isChecked) is { } known)
                    {
                        _rows.Add(known);
                        continue;
                    }

                    if (IsReport)
                    {
                        Missing++;
                        continue;
                    }

                    cell ??= new ZooCell(network, profile, options, ZooFiles.Write(network, folder), cancellation);
                    ZooRow row = cell.Run(searcher, seed, isChecked, cancellation);
                    _store.Add(row);
                    _rows.Add(row);
                    BenchRun.Progress(Invariant($"  {searcher}{(isChecked ? " with evaluation" : "")}: {row.Ratio:F3}x, ")
                        + Invariant($"{row.Unseen.Points:F2} points on unseen samples, {row.Evaluations} evaluations, ")
                        + Invariant($"{row.Seconds:F0} s {string.Join(' ', row.Messages)}"));
                }
        }
        catch (BenchException missing)
        {
            _skipped[name] = missing.Message;
            BenchRun.Progress($"skipped: {name}. {missing.Message}");
        }
        catch (CimException refused)
        {
            _skipped[name] = $"{refused.Code} {refused.Message}";
            BenchRun.Progress($"skipped: {name}. {refused.Code} {refused.Message}");
        }
        finally
        {
            cell?.Dispose();
        }

        return cell is not null;
    }

    private string Study => Invariant($"build {run.Cim.Build[..12]}: {options}");

    /// <summary>Writes the results as far as they go.</summary>
    /// <param name="isWhole">Whether they are all results that the bench has; others do not replace the table of the project.</param>
    public string Write(bool isWhole) => ZooTables.Write(OutputOf(isWhole), options, new ZooResults(_rows, _skipped, Missing));

    private BenchRun OutputOf(bool isWhole) => isWhole || run.OutputFolder != run.Repository.Results(run.Topic)
        ? run
        : run with { OutputFolder = folder };
}
