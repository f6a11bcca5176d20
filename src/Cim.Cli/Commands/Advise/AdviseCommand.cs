using System.CommandLine;
using System.Globalization;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Invocation;
using Cim.Cli.Options;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Runtime;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cim.Cli.Commands.Advise;

/// <summary><c>cim advise M.onnx --hardware H --calibration D</c>: which single change would do most for accuracy and cost.</summary>
internal static class AdviseCommand
{
    private static readonly Argument<string> _model = new("model") { Description = "The network (.onnx)." };
    private static readonly RowOption<string> _hardware = new(OptionTable.Hardware);
    private static readonly RowOption<string> _calibration = new(OptionTable.Calibration) { Required = true };
    private static readonly RowOption<string?> _evaluation = new(
        OptionTable.Evaluation, "Labelled samples. Without them outputs are compared with those of the float network.");
    private static readonly RowOption<string?> _training = new(
        OptionTable.Training, "Samples for training; what one epoch on them would do is then tried, too.");
    private static readonly RowOption<int> _weightBits = new(OptionTable.WeightBits), _activationBits = new(OptionTable.ActivationBits),
        _adcBits = new(OptionTable.AdcBits), _calibrationSamples = new(OptionTable.CalibrationSamples);
    private static readonly RowOption<int> _limit = new(
        OptionTable.Limit with { Default = "300" }, "Evaluation samples each change is measured on.");
    private static readonly RowOption<string?> _policy = new(OptionTable.Policy);
    private static readonly RowOption<ulong> _seed = new(OptionTable.Seed);
    private static readonly Option<string> _fidelity = FidelityOption.Create(Fidelity.Adc);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("advise", "Tries the single changes that could matter (encoding, range and bits of conversions, rows, "
            + "calibration, bits of the worst layer, training), and reports what each would do.")
        {
            _model, _hardware, _calibration, _evaluation, _training, _weightBits, _activationBits, _adcBits, _calibrationSamples, _limit,
            _policy, _seed, _fidelity,
        };
        var data = new DataArguments(command);
        var import = new ImportArguments(command);
        return command.Does((parsed, context) =>
        {
            CompileOptions asked = Read(parsed) with { Preprocessing = data.Read(parsed), Import = import.Read(parsed) };
            Advice advice = new Adviser(context.Progress, w => context.Warn(w.Code, w.Text, w.File), context.Cancellation).Run(asked);
            context.WriteResult(new AdviseDocument(advice), CliJson.Relaxed.AdviseDocument, console => Print(console, advice));
        });
    }

    private static CompileOptions Read(ParseResult parsed) => new()
    {
        ModelPath = parsed.GetRequiredValue(_model),
        Hardware = parsed.GetRequiredValue(_hardware),
        Calibration = parsed.GetRequiredValue(_calibration),
        Evaluation = parsed.GetValue(_evaluation),
        Training = parsed.GetValue(_training),
        Epochs = parsed.GetValue(_training) is null ? null : 1,
        WeightBits = parsed.GetValue(_weightBits),
        ActivationBits = parsed.GetValue(_activationBits),
        AdcBits = parsed.GetValue(_adcBits),
        CalibrationSamples = parsed.GetValue(_calibrationSamples),
        EvaluationLimit = parsed.GetValue(_limit),
        PolicyPath = parsed.GetValue(_policy),
        Seed = parsed.GetValue(_seed),
        Fidelity = FidelityOption.Read(parsed, _fidelity),
    };

    private static void Print(IAnsiConsole console, Advice advice)
    {
        bool hasLabels = advice.Baseline.Accuracy is not null;
        var table = new Table().AddColumns(
            "Change", hasLabels ? "Accuracy" : "Cosine", hasLabels ? "Exact" : "", "Energy", "Latency", "Arrays");
        foreach (AdviceResult result in advice.Changes.Prepend(advice.Baseline)) table.AddRow(Row(result, advice));
        console.Write(table);
        string measured = advice.AccuracyFloat is { } real
            ? Text($"float {100 * real:F1} %, chance moves an accuracy by up to {100 * advice.Chance:F1} points")
            : "compared with the float network";
        console.WriteLine(Text($"measured   at {FidelityOption.Name(advice.Fidelity)} on {advice.Samples} samples; {measured}"));
        console.WriteLine(advice.First is { } first
            ? Text($"try first  {first.Change.Text}: {Quality(first)}, now {Quality(advice.Baseline)}")
            : "try first  nothing: no single change does more than chance explains");
        foreach (AdviceResult impossible in advice.Changes.Where(c => c.Problem is not null))
            console.WriteLine($"impossible {impossible.Change.Text}: {impossible.Problem}");
    }

    private static IRenderable[] Row(AdviceResult result, Advice advice) => result.Cost is not { } cost
        ? [new Text(result.Change.Text), new Text("impossible"), new Text(""), new Text(""), new Text(""), new Text("")]
        :
        [
            new Text(result.Change.Text), Cell(Quality(result)),
            Cell(result.AccuracyExact is { } exact ? Text($"{100 * exact:F1} %") : ""),
            Cell(Text($"{cost.EnergyPj:#,0} pJ ({cost.EnergyPj / advice.Baseline.Cost!.EnergyPj:F2}x)")),
            Cell(Text($"{cost.LatencyNs:#,0} ns ({cost.LatencyNs / advice.Baseline.Cost.LatencyNs:F2}x)")),
            Cell(Text($"{cost.Arrays:#,0}")),
        ];

    private static string Quality(AdviceResult result) => result.Accuracy is { } accuracy ? Text($"{100 * accuracy:F1} %")
        : result.Cosine is { } cosine ? Text($"{cosine:F4}") : "not measured";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static Text Cell(string text) => new Text(text).RightJustified();
}
