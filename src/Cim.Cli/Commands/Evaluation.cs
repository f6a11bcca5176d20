using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;

namespace Cim.Cli.Commands;

/// <summary>What <c>cim eval</c> measured.</summary>
/// <param name="Trials">One chip each.</param>
/// <param name="CorrectOpsPerJoule">Null for float networks and hardware without energies.</param>
/// <param name="OutputCodes">Null if not asked for.</param>
internal sealed record Evaluation(
    (ulong Seed, Accuracy Accuracy)[] Trials, double? CorrectOpsPerJoule, ImmutableArray<LayerOutputCodes>? OutputCodes)
{
    /// <summary>Of all chips that were simulated; null if not asked for.</summary>
    public ConfusionMatrix? Confusion { get; init; }

    /// <summary>Over the chips that were simulated; 0 if no time was measured.</summary>
    public double ImagesPerSecond
    {
        get
        {
            double seconds = Trials.Sum(t => t.Accuracy.RunSeconds);
            return seconds > 0 ? Trials.Where(t => t.Accuracy.RunSeconds > 0).Sum(t => t.Accuracy.Samples) / seconds : 0;
        }
    }
}
