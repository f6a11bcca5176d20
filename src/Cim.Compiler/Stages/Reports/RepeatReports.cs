using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Data;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Reporting;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Stages.Reports;

/// <summary>What somebody needs to make the same compilation again.</summary>
internal static class RepeatReports
{
    /// <summary>Options, samples and devices.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="rounding">How weights were rounded.</param>
    /// <param name="hardware">The hardware.</param>
    public static RepeatReport Of(CompileOptions options, string rounding, HardwareProfile hardware) => new(
        Command(options), options.Preprocessing.Describe() is null ? null : Describe(options.Preprocessing), rounding, Devices(hardware),
        options.Calibration is null ? null : Command("cim advise", options, [.. _advised]));

    // What `cim advise` takes of the options of a compilation.
    private static readonly OptionRow[] _advised =
    [
        OptionTable.Hardware, OptionTable.Calibration, OptionTable.Evaluation, OptionTable.Training, OptionTable.Policy,
        OptionTable.WeightBits, OptionTable.ActivationBits, OptionTable.AdcBits, OptionTable.CalibrationSamples, OptionTable.Seed,
        OptionTable.Fidelity, OptionTable.Scale, OptionTable.Mean, OptionTable.Std, OptionTable.Dim, OptionTable.Fix,
    ];

    /// <summary>The command line: every option that is not at its default, files by name, so that it says nothing of where they
    /// lie.</summary>
    public static string Command(CompileOptions options) => Command("cim compile", options, OptionTable.OnCommandLine);

    private static string Command(string command, CompileOptions options, IEnumerable<OptionRow> rows)
    {
        var words = new List<string> { command, Quoted(Path.GetFileName(options.ModelPath)) };
        foreach (OptionRow row in rows)
        {
            if (OptionTexts.Of(options, row) is not { Length: > 0 } value || value == row.Default) continue;
            if (row.Kind == OptionKind.Flag)
            {
                if (value == "true") words.Add(row.Flag);
                continue;
            }

            if (row.IsPath || value.Contains('/', StringComparison.Ordinal) || value.Contains('\\', StringComparison.Ordinal))
                value = Path.GetFileName(value.TrimEnd('/', '\\'));
            words.Add($"{row.Flag} {Quoted(value)}");
        }

        return string.Join(' ', words);
    }

    private static string Describe(Preprocessing preprocessing) =>
        $"(value x {List(preprocessing.Scale)} - {List(preprocessing.Mean)}) / {List(preprocessing.Std)}";

    private static string List(ImmutableArray<double> values) => values.Length == 1
        ? Text(values[0])
        : $"[{string.Join(", ", values.Select(Text))}]";

    private static ImmutableArray<FigureReport> Devices(HardwareProfile h)
    {
        var figures = ImmutableArray.CreateBuilder<FigureReport>();
        figures.Add(new FigureReport("gOn, gOff", $"{Text(h.GOn)} S, {Text(h.GOff)} S"));
        if (h.ProgrammingError.Model != ProgrammingError.None.Model)
            figures.Add(new FigureReport("programmingError", Programming(h.ProgrammingError)));
        Add("readNoise", h.ReadNoiseSigma, "");
        Add("stuckOn", h.StuckOn, "");
        Add("stuckOff", h.StuckOff, "");
        if (h.Drift != Drift.None) figures.Add(new FigureReport("drift", $"nu {Text(h.Drift.Nu)}, {Text(h.Drift.TimeSeconds)} s"));
        Add("wordLineResistance", h.WordLineResistance, " ohm");
        Add("bitLineResistance", h.BitLineResistance, " ohm");
        Add("dieToDie", h.DieToDieSigma, "");
        Add("spatial", h.SpatialSigma, "");
        Add("adcOffset", h.AdcOffsetSigma, " steps");
        Add("adcGain", h.AdcGainSigma, "");
        if (h.Temperature != 300) figures.Add(new FigureReport("temperature", $"{Text(h.Temperature)} K"));
        return figures.ToImmutable();

        void Add(string name, double value, string unit)
        {
            if (value != 0) figures.Add(new FigureReport(name, Text(value) + unit));
        }
    }

    private static string Programming(ProgrammingError error) => error.Model
        + (error.Sigma > 0 ? $", sigma {Text(error.Sigma)}" : "")
        + (error.Window > 0 ? $", verified to {Text(error.Window)} in at most {error.Pulses} pulses" : "");

    private static string Quoted(string word) => word.Contains(' ', StringComparison.Ordinal) ? $"\"{word}\"" : word;

    private static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
