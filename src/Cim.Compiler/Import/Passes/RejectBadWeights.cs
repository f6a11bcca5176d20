using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes;

/// <summary>
/// Afterwards no constant holds NaN and no weight, bias or statistic an infinity (infinities are meaningful elsewhere, as
/// in masks and clip bounds).
/// </summary>
internal sealed class RejectBadWeights : IGraphPass
{
    private static readonly string[] _weighted = [
        "Conv", "ConvTranspose", "Gemm", "MatMul", "BatchNormalization", "LayerNormalization", "InstanceNormalization", "PRelu"];

    public Graph Run(Graph graph)
    {
        var weights = new HashSet<string>(
            graph.Nodes.Where(n => _weighted.Contains(n.Op)).SelectMany(n => n.Inputs), StringComparer.Ordinal);
        var problems = new List<string>();
        foreach ((string name, Tensor tensor) in graph.Constants.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            if (tensor.Type != ElementType.Float32) continue;
            ReadOnlySpan<float> values = tensor.Span<float>();
            int at = IndexOfNonFinite(values, weights.Contains(name));
            if (at < 0) continue;
            Node? reader = graph.Nodes.FirstOrDefault(n => n.Inputs.Contains(name));
            problems.Add($"'{name}'{(reader is null ? "" : $" (read by node '{reader.Name}')")} has "
                + $"{(float.IsNaN(values[at]) ? "NaN" : "an infinity")} at element {at}");
        }

        return problems.Count == 0 ? graph : throw new CimException(ErrorCodes.NonFiniteWeight,
            $"The model has weights that are not finite: {string.Join("; ", problems)}. Training probably diverged, or the export "
                + $"overflowed float16; export it again from a good checkpoint.");
    }

    /// <summary>
    /// Integer weights need a DequantizeLinear, or their scale is unknown. Checked before shapes are inferred, where
    /// the operator would only complain of a type.
    /// </summary>
    /// <exception cref="CimException">CIM0004, naming all such weights.</exception>
    public static void RequireFloatWeights(ConvertedModel model)
    {
        List<string> problems = [];
        foreach (Node node in model.Nodes)
        {
            if (node.Op is not ("Conv" or "ConvTranspose" or "Gemm" or "MatMul")) continue;
            foreach (string input in node.Inputs.Skip(1))
                if (model.Constants.TryGetValue(input, out Tensor? t) && t.Type != ElementType.Float32)
                    problems.Add($"'{input}' ({t.Type}{t.Shape}) of node '{node.Name}' ({node.Op})");
        }

        if (problems.Count > 0)
            throw new CimException(ErrorCodes.InvalidGraph,
                $"Integer weights without a DequantizeLinear, so that their scale is unknown: {string.Join("; ", problems)}. Export the "
                    + $"model with DequantizeLinear nodes or with float weights.");
    }

    private static int IndexOfNonFinite(ReadOnlySpan<float> values, bool alsoInfinities)
    {
        for (int i = 0; i < values.Length; i++)
            if (float.IsNaN(values[i]) || (alsoInfinities && float.IsInfinity(values[i]))) return i;
        return -1;
    }
}
