using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Cim.Cli.Commands.Documents;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Reporting.Plots;
using Cim.Compiler.Sweep;
using Cim.Runtime.Diagnostics;

namespace Cim.Cli.Commands;

/// <summary>What a sweep starts from, as its report names it.</summary>
/// <param name="Model">The file of the network.</param>
/// <param name="Hardware">The profile.</param>
/// <param name="Settings">Fields of the profile that are the same at every point.</param>
/// <param name="Fidelity">How it is simulated.</param>
internal sealed record SweepSubject(string Model, string Hardware, IReadOnlyList<ProfileSetting> Settings, string Fidelity)
{
    /// <summary>The accuracy of the float network as a fraction, as the model states it; null if it states none.</summary>
    public double? AccuracyFloat { get; init; }
}

/// <summary>The results of a sweep, in every form they are written in: the same bytes for the same results, however long they
/// took.</summary>
internal sealed record SweepReport(
    SweepSubject Subject, SweepPlan Plan, ImmutableArray<SweepMeasurement> Points, SweepOptions Options)
{
    /// <summary>The accuracy of the integers, without converters and devices.</summary>
    public required Accuracy Exact { get; init; }

    /// <summary>Writes the files that were asked for, each whole or not at all.</summary>
    public void Save(SweepFiles files)
    {
        foreach ((string? path, Func<byte[]> content) in new (string?, Func<byte[]>)[]
        {
            (files.Csv, Csv), (files.Svg, Svg), (In("sweep.csv"), Csv), (In("sweep.svg"), Svg), (In("sweep.json"), Json),
        })
        {
            if (path is not null) AtomicFile.Write(path, stream => stream.Write(content()));
        }

        string? In(string file) => files.Folder is null ? null : Path.Combine(files.Folder, file);
    }

    private byte[] Csv() => Encoding.UTF8.GetBytes(SweepText.ToCsv(Plan, Points));

    private byte[] Svg()
    {
        string spread = Options.Trials == 1 ? "" : "; mean ± standard deviation" + (Plan.Axes.Length == 1 ? ", red: the worst chip" : "");
        string settings = Subject.Settings.Count == 0 ? "" : " with " + string.Join(", ", Subject.Settings),
            chips = Options.Trials == 1 ? "1 chip" : string.Create(CultureInfo.InvariantCulture, $"{Options.Trials} chips");
        return Encoding.UTF8.GetBytes(SweepSvg.Draw(
            $"{Subject.Model} on {Subject.Hardware}{settings}",
            string.Create(CultureInfo.InvariantCulture,
                $"{Subject.Fidelity}, {Points[0].Chips[0].Samples} samples, {chips} a point{spread}"),
            Plan, Points, new SweepReferences(Exact.Fraction, Subject.AccuracyFloat)));
    }

    // The document of --json without its seconds, which no two runs have in common.
    private byte[] Json() =>
        [.. JsonSerializer.SerializeToUtf8Bytes(new SweepDocument(this, seconds: null), CliJson.Relaxed.SweepDocument), (byte)'\n'];
}
