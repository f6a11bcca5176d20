using Cim.Bench.Common;
using Cim.Runtime;
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

                    if (IsReport) continue;
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

    /// <summary>Writes the results as far as they go.</summary>
    public string Write() => ZooTables.Write(run, options, _rows, _skipped);
}
