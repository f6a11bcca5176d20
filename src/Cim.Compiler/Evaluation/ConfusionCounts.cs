namespace Cim.Compiler.Evaluation;

/// <summary>How often samples of a label were taken for a class.</summary>
/// <param name="Label">The class of the samples.</param>
/// <param name="Predicted">The class the network names.</param>
/// <param name="Count">How many there are, at least 1.</param>
internal sealed record ConfusionCell(int Label, int Predicted, int Count);

/// <summary>Counts labels against classes, one sample after the other.</summary>
internal sealed class ConfusionCounts
{
    private readonly SortedDictionary<(int Label, int Predicted), int> _counts = [];

    /// <summary>The pairs that occurred, in order.</summary>
    public ConfusionCell[] Cells => [.. _counts.Select(c => new ConfusionCell(c.Key.Label, c.Key.Predicted, c.Value))];

    /// <summary>Counts one sample.</summary>
    public void Add(int label, int predicted) =>
        _counts[(label, predicted)] = _counts.GetValueOrDefault((label, predicted)) + 1;
}
