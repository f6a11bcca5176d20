using Cim.Onnx.Proto;
using Cim.Training.Networks;
using Cim.Training.Torch.Nodes;

namespace Cim.Training.Torch.Operators;

/// <summary>Every operator that has a tensor operation: the one table that knows all of them.</summary>
internal static class TorchOperators
{
    private static readonly Dictionary<string, TorchOperator> _table = Index(
    [
        .. Arithmetic.All, .. Comparisons.All, .. Activations.All, .. Matrices.All, .. Convolutions.All, .. Pools.All, .. Resizing.All,
        .. Normalizations.All, .. Shapes.All, .. Selections.All, .. Reductions.All, .. Quantizers.All,
    ]);

    /// <summary>The operators of the table.</summary>
    public static IReadOnlyCollection<string> Supported => _table.Keys;

    public static bool Has(NodeProto node) =>
        node.Domain is "" or "ai.onnx" or TrainingDomain.Name && _table.ContainsKey(node.OpType);

    public static TorchOperation Make(TorchNode node) => _table[node.Type].Make(node);

    private static Dictionary<string, TorchOperator> Index(IEnumerable<TorchOperator> all) =>
        all.ToDictionary(operation => operation.Type, StringComparer.Ordinal);
}
