using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Cim.Cli.Invocation;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
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
    public byte[] Json()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, JsonFormat.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("schema", 1);
            WriteMembers(json);
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    public void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("model", Subject.Model);
        json.WriteString("hardware", Subject.Hardware);
        json.WriteString("fidelity", Subject.Fidelity);
        json.WriteStartObject("set");
        foreach (ProfileSetting setting in Subject.Settings) json.WriteString(setting.Field, setting.Value);
        json.WriteEndObject();
        json.WriteStartArray("parameters");
        foreach (SweepAxis axis in Plan.Axes)
        {
            json.WriteStartObject();
            json.WriteString("name", axis.Field);
            json.WriteStartArray("values");
            foreach (string value in axis.Values) WriteValue(json, value);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("samples", Points[0].Chips[0].Samples);
        json.WriteNumber("trials", Options.Trials);
        json.WriteNumber("seed", Options.Seed);
        json.WriteStartArray("points");
        foreach (SweepMeasurement point in Points) Write(json, point);
        json.WriteEndArray();
        json.WriteFinite("seconds", Seconds);
    }

    private void Write(Utf8JsonWriter json, SweepMeasurement point)
    {
        TrialStatistics s = point.Statistics;
        json.WriteStartObject();
        json.WriteStartObject("values");
        for (int i = 0; i < Plan.Axes.Length; i++)
        {
            json.WritePropertyName(Plan.Axes[i].Field);
            WriteValue(json, point.Point.Values[i]);
        }

        json.WriteEndObject();
        json.WriteFinite("accuracy", s.Mean);
        json.WriteFinite("accuracyDeviation", s.Deviation);
        json.WriteFinite("accuracyMinimum", s.Minimum);
        json.WriteFinite("accuracyPercentile5", s.Percentile5);
        json.WriteStartArray("trials");
        for (int t = 0; t < point.Chips.Length; t++)
        {
            json.WriteStartObject();
            json.WriteNumber("seed", unchecked(Options.Seed + (ulong)t));
            json.WriteNumber("correct", point.Chips[t].Correct);
            json.WriteFinite("accuracy", point.Chips[t].Fraction);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Numbers as numbers, names as texts.
    private static void WriteValue(Utf8JsonWriter json, string value)
    {
        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number))
            json.WriteNumberValue(number);
        else json.WriteStringValue(value);
    }
}
