using System.Text.Json.Serialization;
using Cim.Cli.Invocation;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;

namespace Cim.Cli.Commands.Documents;

/// <summary>What <c>cim eval --json</c> prints.</summary>
internal sealed class EvalDocument(string fidelity, Evaluation evaluation) : JsonResult
{
    private readonly TrialStatistics _statistics = TrialStatistics.Of(evaluation.Trials.Select(t => t.Accuracy.Fraction));

    public string Fidelity => fidelity;
    public int Samples => evaluation.Trials[0].Accuracy.Samples;
    public int Correct => evaluation.Trials[0].Accuracy.Correct;
    public double Accuracy => _statistics.Mean;
    public double AccuracyDeviation => _statistics.Deviation;
    public double AccuracyMinimum => _statistics.Minimum;
    public double AccuracyPercentile5 => _statistics.Percentile5;
    public IEnumerable<ChipDocument> Trials =>
        evaluation.Trials.Select(t => new ChipDocument(t.Seed, t.Accuracy.Correct, t.Accuracy.Fraction));
    public double ImagesPerSecond => evaluation.ImagesPerSecond;
    public double? CorrectOpsPerJoule => evaluation.CorrectOpsPerJoule;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ConfusionDocument? Confusion => evaluation.Confusion is { } matrix ? new ConfusionDocument(matrix) : null;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IEnumerable<OutputCodesDocument>? OutputCodes => evaluation.OutputCodes?.Select(layer => new OutputCodesDocument(layer));
}

/// <summary>The accuracy of one simulated chip.</summary>
internal sealed record ChipDocument(ulong Seed, int Correct, double Accuracy);

/// <summary>The shares of a layer's output codes that are right.</summary>
internal sealed class OutputCodesDocument(LayerOutputCodes layer)
{
    public string Name => layer.Name;
    public int Bits => layer.Bits;
    public long Codes => layer.Codes;
    public double Equal => layer.Equal;
    public double WithinOne => layer.WithinOne;
    public double EqualInNetwork => layer.EqualInNetwork;
    public double WithinOneInNetwork => layer.WithinOneInNetwork;
}
