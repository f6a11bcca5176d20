using Cim.Compiler.Import.Rewrites;
using Cim.Compiler.Import.Upgrades;
using Cim.Compiler.Ir;
using Cim.Onnx;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Operators.Catalog;
using Cim.Runtime.Program;
using Kind = Cim.Onnx.Proto.AttributeProto.Types.AttributeType;

namespace Cim.Compiler.Import;

/// <summary>
/// Converts ONNX nodes to the newest form of their operators, functions of the model to the nodes of their bodies. Collects
/// what is unsupported instead of stopping at the first.
/// </summary>
internal sealed class NodeConverter(ModelProto model, ExternalData? external)
{
    /// <summary>Functions may call each other this deep; a model that goes deeper calls itself.</summary>
    private const int MaxDepth = 32;

    /// <summary>Functions that call each other several times would otherwise be written out without end.</summary>
    private const int MaxCalled = 1 << 17;

    private readonly List<UnsupportedOperator> _unsupported = [];
    private int _depth, _called;

    /// <summary>What was met and cannot be run.</summary>
    public IReadOnlyList<UnsupportedOperator> Unsupported => _unsupported;

    /// <summary>Where the data of tensors in other files lies.</summary>
    public ExternalData? External => external;

    /// <summary>The version of a domain the model imports, 0 if none.</summary>
    public long Version(string domain) =>
        model.OpsetImport.Where(o => IsStandard(o.Domain) ? domain.Length == 0 : o.Domain == domain).Select(o => o.Version)
            .DefaultIfEmpty(0).Max();

    /// <summary>The node in the newest form; empty if it is a constant, or unsupported and noted.</summary>
    public IEnumerable<Node> Convert(NodeProto proto, string name, UpgradeContext context)
    {
        if (model.Functions.FirstOrDefault(f => f.Name == proto.OpType && f.Domain == proto.Domain) is { } function)
            return Call(function, proto, name, context);

        string domain = IsStandard(proto.Domain) ? "" : proto.Domain;
        string op = domain.Length == 0 ? proto.OpType : $"{domain}.{proto.OpType}";
        void Reject(string reason) =>
            _unsupported.Add(new UnsupportedOperator(name, domain, proto.OpType, Version(domain), reason));

        if (!Supported.IsSupported(op))
        {
            Reject(UnsupportedReasons.Of(domain, proto.OpType));
            return [];
        }

        bool mayLackInput = proto.OpType is "Constant" or "If" or "Loop" or "Scan" or "SequenceEmpty" or "Optional" or "OptionalHasElement";
        if (proto.Output.Count == 0 || (proto.Output[0].Length == 0 && !OperatorRewrites.Contains(op)))
            throw Invalid($"node '{name}' ({proto.OpType}) has no output");
        if (!mayLackInput && (proto.Input.Count == 0 || proto.Input[0].Length == 0))
            throw Invalid($"node '{name}' ({proto.OpType}) has no input");
        AttributeMap attributes = AttributeConverter.Convert(proto, external);
        foreach (AttributeProto a in proto.Attribute)
            if (a.G is { } graph && OperatorRewrites.Contains(op)) attributes = attributes.With(a.Name, new Subgraph(graph, this));
        var node = new Node(op, name, [.. proto.Input], [.. proto.Output], attributes);
        try
        {
            string? kind = attributes.Values.Where(a => a.Value is AttributeValue.Unsupported).Select(a => a.Key).FirstOrDefault();
            if (kind is not null)
                throw new CimException(ErrorCodes.UnsupportedOperators, $"attribute '{kind}' has a kind that is not supported");
            if (op == "CastLike" && DeclaredType(proto.Input[1]) is { } type)
                node = node with { Op = "Cast", Inputs = [proto.Input[0]], Attributes = AttributeMap.Empty.With("to", type) };
            List<Node> upgraded = domain.Length > 0 ? [node] : [.. OperatorUpgrade.Upgrade(node, context)];

            // Attributes are checked here, so that everything unsupported is reported at once.
            foreach (Node n in upgraded)
                if (!OperatorRewrites.Contains(n.Op)) OperatorCatalog.Create(n.Op, n.Attributes, n.Name);
            return upgraded;
        }
        catch (CimException e) when (
            e.Code == ErrorCodes.UnsupportedOperators || e.Message.Contains("not supported", StringComparison.Ordinal))
        {
            Reject(e.Message.Replace($"node '{name}' ({proto.OpType}): ", "", StringComparison.Ordinal).TrimEnd('.'));
            return [];
        }
    }

    /// <summary>The ONNX element type of a value of the main graph, where the file declares it.</summary>
    private long? DeclaredType(string value) =>
        model.Graph.Initializer.FirstOrDefault(t => t.Name == value)?.DataType
        ?? model.Graph.Input.Concat(model.Graph.ValueInfo).FirstOrDefault(v => v.Name == value)?.Type?.TensorType?.ElemType;

    /// <summary>The nodes of a function's body in place of the node that calls it.</summary>
    private List<Node> Call(FunctionProto function, NodeProto call, string name, UpgradeContext context)
    {
        if (++_depth > MaxDepth) throw Invalid($"function '{function.Name}' calls itself");
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < function.Input.Count; i++) names[function.Input[i]] = i < call.Input.Count ? call.Input[i] : "";
        for (int i = 0; i < function.Output.Count; i++)
            if (i < call.Output.Count && call.Output[i].Length > 0) names[function.Output[i]] = call.Output[i];
        var nodes = new List<Node>();
        long opset = function.OpsetImport.Where(o => IsStandard(o.Domain)).Select(o => o.Version).DefaultIfEmpty(context.Opset).Max();
        UpgradeContext inside = context.At((int)opset);
        int count = 0;
        foreach (NodeProto inner in function.Node)
        {
            if (++_called > MaxCalled) throw Invalid($"its functions, written out, have more than {MaxCalled} nodes");
            NodeProto copy = FunctionBody.WithAttributes(inner, function, call);
            GraphNames.Rename(copy, names, wanted => context.Fresh($"{name}_{wanted}"));
            context.MarkUsed(copy.Input.Concat(Subgraph.Reads(copy)));
            string innerName = context.FreshNode($"{name}_{(inner.Name.Length > 0 ? inner.Name : $"{inner.OpType}_{count++}")}");
            nodes.AddRange(Convert(copy, innerName, inside));
        }

        // An output that is an input of the function, passed on.
        for (int i = 0; i < Math.Min(function.Output.Count, call.Output.Count); i++)
            if (function.Input.Contains(function.Output[i]) && call.Output[i].Length > 0)
                nodes.Add(new Node("Identity", context.FreshNode(name), [call.Input[function.Input.IndexOf(function.Output[i])]],
                    [call.Output[i]], AttributeMap.Empty));
        _depth--;
        return nodes;
    }

    private static bool IsStandard(string domain) => domain is "" or "ai.onnx";

    private static CimException Invalid(string problem) =>
        new(ErrorCodes.InvalidGraph, $"The graph is inconsistent: {problem}. Export the model again.");
}
