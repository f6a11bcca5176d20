using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Reporting;
using Cim.Runtime;

namespace Cim.Compiler.Stages.Reports;

/// <summary>The variants of a network that a report sets side by side: float, 8 bits everywhere, and what was compiled.</summary>
/// <param name="state">The compilation so far.</param>
internal sealed class VariantReports(CompileState state)
{
    private readonly MappedNetwork _mapped = state.Mapped!;

    private long Weights => _mapped.Lowered.Layers.Sum(l => l.Layer.WeightCount);

    /// <summary>The network as it came in.</summary>
    public VariantReport Float() =>
        new() { Accuracies = Accuracies("float", state.Measured?.Float), WeightMemoryBits = 32 * Weights };

    /// <summary>8 bits everywhere.</summary>
    public VariantReport Baseline() => new()
    {
        Accuracies = Accuracies("exact", state.BaselineAccuracy),
        Cost = Of(_mapped.Baseline),
        WeightMemoryBits = 8 * Weights,
    };

    /// <summary>What the compiler chose.</summary>
    /// <param name="memory">What the weights take.</param>
    public VariantReport Compiled(WeightMemory memory)
    {
        MeasuredAccuracy? measured = state.Measured;
        return new VariantReport
        {
            Accuracies = [.. Accuracies("exact", measured?.Exact), .. Accuracies("adc", measured?.Adc), .. OfCells(measured)],
            Cost = Of(_mapped.Cost),
            WeightMemoryBits = _mapped.Lowered.Layers.Sum(memory.Bits),
        };
    }

    private static ImmutableArray<AccuracyReport> OfCells(MeasuredAccuracy? measured) =>
        measured is { Fidelity: > Fidelity.Adc } m ? Accuracies(m.Fidelity.ToString().ToLowerInvariant(), m.Compiled) : [];

    private static CostReport Of(Cost cost) => new(cost.LatencyNs, cost.EnergyPj, cost.AreaUm2, cost.Arrays);

    private static ImmutableArray<AccuracyReport> Accuracies(string fidelity, Accuracy? accuracy) =>
        accuracy is null ? [] : [new AccuracyReport(fidelity, accuracy.Correct, accuracy.Samples)];
}
