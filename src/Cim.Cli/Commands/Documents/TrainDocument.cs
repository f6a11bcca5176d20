using System.Text.Json.Serialization;
using Cim.Cli.Invocation;
using Cim.Training.Recipes;

namespace Cim.Cli.Commands.Documents;

/// <summary>What <c>cim train --json</c> prints.</summary>
/// <param name="output">The file that was written.</param>
/// <param name="made">What training made.</param>
/// <param name="test">What the network scored on the test samples, or null.</param>
/// <param name="elapsed">Wall clock of all.</param>
internal sealed class TrainDocument(string output, RecipeResult made, TestScore? test, TimeSpan elapsed) : JsonResult
{
    public string Output => output;
    public int Epochs => made.Training.Epochs;
    public int BestEpoch => made.Training.BestEpoch;
    public double Seconds => elapsed.TotalSeconds;
    public bool Cancelled => made.Training.WasCancelled;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ArraysFreed => made.Pruned?.FreedArrays;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Zeros => made.Pruned?.Sparsity;
    public IEnumerable<double> Losses => made.Training.Losses;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Samples => test?.Samples;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Correct => test?.Correct;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Accuracy => test?.Accuracy;
}

/// <summary>Correct answers on labelled samples that only report.</summary>
internal sealed record TestScore(int Samples, int Correct)
{
    public double Accuracy => Correct / (double)Samples;
}
