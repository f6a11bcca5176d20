namespace Cim.Cli.Commands.Documents;

/// <summary>Labels against classes: <c>counts[label][class]</c>.</summary>
internal sealed class ConfusionDocument(ConfusionMatrix matrix)
{
    public IEnumerable<string> Classes => Numbers.Select(matrix.Name);
    public IEnumerable<IEnumerable<int>> Counts => Numbers.Select(label => Numbers.Select(predicted => matrix[label, predicted]));
    public IEnumerable<double?> Recall => Numbers.Select(matrix.Recall);
    public IEnumerable<double?> Precision => Numbers.Select(matrix.Precision);

    private IEnumerable<int> Numbers => Enumerable.Range(0, matrix.Classes);
}
