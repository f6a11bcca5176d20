using System.Collections.Immutable;
using Cim.Compiler.Import.Upgrades;
using Cim.Compiler.Ir;
using Cim.Onnx;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import;

/// <summary>
/// Converts a parsed ONNX file: initializers (also those listed among the inputs) to constants, every node to the newest
/// form of its operator, nodes into topological order. Collects what is unsupported instead of stopping at the first.
/// </summary>
internal sealed class ModelConverter(ModelProto model, ExternalData? external, ImportOptions options)
{
    private readonly GraphProto _graph = model.Graph;
    private readonly Dictionary<string, Tensor> _constants = new(StringComparer.Ordinal);
    private readonly NodeConverter _converter = new(model, external);

    /// <exception cref="OnnxFormatException">Some part is malformed.</exception>
    /// <exception cref="CimException">CIM0003 for an opset out of range, CIM0004 for an inconsistent graph.</exception>
    public ConvertedModel Convert()
    {
        int opset = Opset();
        var declared = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (TensorProto tensor in _graph.Initializer)
        {
            if (tensor.Name.Length == 0) throw new OnnxFormatException("an initializer has no name");
            if (!_constants.TryAdd(tensor.Name, TensorConverter.Convert(tensor, external)))
                throw Invalid($"initializer '{tensor.Name}' is given twice");
            if (IsHeldByWider(tensor.DataType)) declared[tensor.Name] = tensor.DataType;
        }

        if (_graph.SparseInitializer.Count > 0)
            throw new CimException(ErrorCodes.UnsupportedOperators,
                $"Sparse initializers are not supported ('{_graph.SparseInitializer[0].Values?.Name}'). Export the weights as dense "
                    + $"tensors.");

        foreach (ValueInfoProto value in _graph.Input.Concat(_graph.ValueInfo))
            if (value.Type?.TensorType is { } type && IsHeldByWider(type.ElemType)) declared.TryAdd(value.Name, type.ElemType);
        ImmutableHashSet<string> set = SetInputs();
        var reader = new InputReader(_graph, _constants.Keys, options with { Dimensions = options.Dimensions.RemoveRange(set) });
        ImmutableArray<(string, ValueInfo)> inputs = reader.Read();
        foreach ((string name, Tensor value) in reader.Fixed) _constants.Add(name, value);
        var context = new UpgradeContext(opset, _constants, UsedValues(), declared, [.. inputs.Select(i => i.Item1)]);
        var nodes = new List<Node>();
        foreach ((NodeProto proto, string name) in Named(context)) nodes.AddRange(_converter.Convert(proto, name, context));
        nodes = TopologicalSort.Sort(nodes, inputs.Select(i => i.Item1).Concat(_constants.Keys));
        ImmutableArray<string> outputs = Outputs(nodes, [.. inputs.Select(i => i.Item1)]);

        return new ConvertedModel(_graph.Name, opset, inputs, outputs, [.. nodes],
            _constants.ToImmutableDictionary(StringComparer.Ordinal), [.. _converter.Unsupported]);
    }

    private static bool IsHeldByWider(int type) => (TensorProto.Types.DataType)type is TensorProto.Types.DataType.Int4
        or TensorProto.Types.DataType.Uint4 or TensorProto.Types.DataType.Int16 or TensorProto.Types.DataType.Uint16;

    /// <summary>Makes inputs of one integer whose value the caller sets constants, and returns their names.</summary>
    private ImmutableHashSet<string> SetInputs()
    {
        var set = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        foreach (ValueInfoProto input in _graph.Input)
        {
            if (!options.Dimensions.TryGetValue(input.Name, out int value) || _constants.ContainsKey(input.Name)
                || input.Type?.TensorType is not { Shape: { } shape } type || shape.Dim.Any(d => d.DimValue != 1)) continue;
            var dims = new Shape([.. shape.Dim.Select(_ => 1)]);
            Tensor? constant = TensorConverter.TypeOf(type.ElemType) switch
            {
                ElementType.Int64 => Tensor.Create<long>(dims, new long[] { value }),
                ElementType.Int32 => Tensor.Create<int>(dims, new[] { value }),
                _ => null,
            };
            if (constant is null) continue;
            _constants.Add(input.Name, constant);
            set.Add(input.Name);
        }

        return set.ToImmutable();
    }

    private int Opset()
    {
        // Files of IR version 2 and older name no operator set: it is the first. Without the standard one its version does not matter.
        if (model.OpsetImport.Count == 0)
            return model.IrVersion is > 0 and < 3 ? 1 : throw new OnnxFormatException("the model imports no operator set");
        long version = _converter.Version("");
        if (version == 0) return Supported.MaxOpset;
        if (version is < Supported.MinOpset or > Supported.MaxOpset)
            throw new CimException(ErrorCodes.UnsupportedOperators,
                $"The model uses opset {version}; opsets {Supported.MinOpset} to {Supported.MaxOpset} are supported. Export it with "
                    + $"opset_version={Math.Clamp(version, Supported.MinOpset, Supported.MaxOpset)}.");
        return (int)version;
    }

    /// <summary>Every node with a unique name; missing and repeated names are made up from operator and output.</summary>
    private IEnumerable<(NodeProto, string)> Named(UpgradeContext context)
    {
        foreach (NodeProto node in _graph.Node)
            yield return (node, context.FreshNode(node.Name.Length > 0
                ? node.Name
                : $"{node.OpType}_{node.Output.FirstOrDefault(o => o.Length > 0) ?? "unnamed"}"));
    }

    private HashSet<string> UsedValues()
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (NodeProto node in _graph.Node) used.UnionWith(node.Input.Concat(Subgraph.Reads(node)));
        foreach (ValueInfoProto output in _graph.Output) used.Add(output.Name);
        return used;
    }

    private ImmutableArray<string> Outputs(List<Node> nodes, HashSet<string> inputs)
    {
        if (_graph.Output.Count == 0) throw Invalid("the graph has no outputs");
        var defined = new HashSet<string>(nodes.SelectMany(n => n.Outputs).Concat(_constants.Keys), StringComparer.Ordinal);
        var outputs = ImmutableArray.CreateBuilder<string>();
        foreach (string name in _graph.Output.Select(o => o.Name))
        {
            if (outputs.Contains(name)) throw Invalid($"output '{name}' is listed twice");
            if (inputs.Contains(name)) throw Invalid($"output '{name}' is an input: nothing computes it");
            if (!defined.Contains(name) && _converter.Unsupported.Count == 0) throw Invalid($"output '{name}' is not computed by any node");
            outputs.Add(name);
        }

        return outputs.ToImmutable();
    }

    private static CimException Invalid(string problem) =>
        new(ErrorCodes.InvalidGraph, $"The graph is inconsistent: {problem}. Export the model again.");
}
