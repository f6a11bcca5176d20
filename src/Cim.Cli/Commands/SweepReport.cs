using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Cim.Cli.Commands.Documents;
using Cim.Compiler.Reporting.Plots;
using Cim.Compiler.Sweep;

namespace Cim.Cli.Commands;

/// <summary>What a sweep starts from, as its report names it.</summary>
/// <param name="Model">The file of the network.</param>
/// <param name="Hardware">The profile.</param>
/// <param name="Settings">Fields of the profile that are the same at every point.</param>
/// <param name="Fidelity">How it is simulated.</param>
internal sealed record SweepSubject(string Model, string Hardware, IReadOnlyList<ProfileSetting> Settings, string Fidelity);

/// <summary>The results of a sweep, in every form they are written in.</summary>
internal sealed record SweepReport(
    SweepSubject Subject, SweepPlan Plan, ImmutableArray<SweepMeasurement> Points, SweepOptions Options, double Seconds)
{
    public byte[] Csv() => Encoding.UTF8.GetBytes(SweepText.ToCsv(Plan, Points));

    public byte[] Svg()
    {
        string spread = Options.Trials == 1 ? "" : "; mean ± standard deviation" + (Plan.Axes.Length == 1 ? ", red: the worst chip" : "");
        string settings = Subject.Settings.Count == 0 ? "" : " with " + string.Join(", ", Subject.Settings),
            chips = Options.Trials == 1 ? "1 chip" : string.Create(CultureInfo.InvariantCulture, $"{Options.Trials} chips");
        return Encoding.UTF8.GetBytes(SweepSvg.Draw(
            $"{Subject.Model} on {Subject.Hardware}{settings}",
            string.Create(CultureInfo.InvariantCulture,
                $"{Subject.Fidelity}, {Points[0].Chips[0].Samples} samples, {chips} a point{spread}"),
            Plan, Points));
    }

    /// <summary>The document of <c>--json</c>, as a file.</summary>
    public byte[] Json() =>
        [.. JsonSerializer.SerializeToUtf8Bytes(new SweepDocument(this), CliJson.Relaxed.SweepDocument), (byte)'\n'];
}
