using Cim.Compiler.Ir;
using Cim.Onnx;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Export;

/// <summary>
/// The last look at a graph before native code has it. What ONNX Runtime checks itself becomes an error with the node and the rule here,
/// and what it does not check, and ends the process at, does not get there: values that are defined once and before they are read, outputs
/// that are not optional, types and shapes of quantizers, what the operator set does not have yet.
/// </summary>
internal sealed class ExportVerifier
{
    private readonly Dictionary<string, ValueInfo?> _values = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];
    private readonly ModelProto _model;

    private ExportVerifier(ModelProto model) => _model = model;

    /// <param name="model">A model of this tool's own making.</param>
    /// <param name="declared">Types and shapes of its values; those the export added follow from their nodes.</param>
    /// <exception cref="CimException">CIM0016: every rule that is broken, with its node.</exception>
    public static void Verify(ModelProto model, IReadOnlyDictionary<string, ValueInfo> declared)
    {
        var verifier = new ExportVerifier(model);
        verifier.Graph(declared);
        Require(verifier._problems, $"'{model.Graph.Name}'");
    }

    /// <exception cref="CimException">CIM0016: some rule is broken.</exception>
    public static void Require(IReadOnlyCollection<string> problems, string what, string? file = null)
    {
        if (problems.Count == 0) return;
        throw new CimException(ErrorCodes.NotRunnable, $"{what} is not valid for ONNX Runtime: {string.Join("; ", problems)}.")
        {
            File = file,
        };
    }

    private void Graph(IReadOnlyDictionary<string, ValueInfo> declared)
    {
        GraphProto graph = _model.Graph;
        foreach (ValueInfoProto input in graph.Input) Define(input.Name, declared.GetValueOrDefault(input.Name), "the graph");
        foreach (TensorProto constant in graph.Initializer)
        {
            ValueInfo? info = Enum.IsDefined((ElementType)constant.DataType)
                ? new ValueInfo((ElementType)constant.DataType, new Shape([.. constant.Dims.Select(d => (int)d)])) : null;
            Define(constant.Name, info, "the graph");
        }

        _problems.AddRange(OptionalOutputs.Missing(graph.Node));
        long opset = _model.OpsetImport.Single(o => o.Domain.Length == 0).Version;
        foreach (NodeProto node in graph.Node)
        {
            foreach (string input in node.Input)
                if (input.Length > 0 && !_values.ContainsKey(input)) Problem(node, $"input '{input}' is not defined before it");
            foreach (string problem in OpsetRules.Problems(node, opset)) Problem(node, problem);
            if (node.OpType is "QuantizeLinear" or "DequantizeLinear") Quantizer(node, declared);
            foreach (string output in node.Output)
                if (output.Length > 0)
                    Define(output, declared.GetValueOrDefault(output) ?? Added(node), $"node '{node.Name}' ({node.OpType})");
        }

        foreach (ValueInfoProto output in graph.Output)
            if (!_values.ContainsKey(output.Name)) _problems.Add($"output '{output.Name}' is not defined");
    }

    private void Define(string name, ValueInfo? info, string where)
    {
        if (!_values.TryAdd(name, info)) _problems.Add($"{where}: '{name}' is defined twice");
    }

    /// <summary>A value the export added: quantizers and clips keep shapes, and say their types.</summary>
    private ValueInfo? Added(NodeProto node)
    {
        if (Info(node, 0) is not { } x) return null;
        return node.OpType switch
        {
            "QuantizeLinear" => Info(node, 2) is { } zero ? x with { Type = zero.Type } : x with { Type = ElementType.UInt8 },
            "Clip" => x,
            _ => null,
        };
    }

    private void Quantizer(NodeProto node, IReadOnlyDictionary<string, ValueInfo> declared)
    {
        bool isQuantize = node.OpType == "QuantizeLinear";
        if (Info(node, 0) is not { } x || Info(node, 1) is not { } scale) return;
        ValueInfo? zero = Info(node, 2);
        ValueInfo? integers = isQuantize ? declared.GetValueOrDefault(node.Output[0]) : x;
        if (isQuantize && x.Type != ElementType.Float32) Problem(node, $"it quantizes {x.Type}");
        if (scale.Type != ElementType.Float32) Problem(node, $"its scale is {scale.Type}");
        ElementType implied = zero?.Type ?? (isQuantize ? ElementType.UInt8 : integers!.Type);
        if (integers is not null && integers.Type != implied)
            Problem(node,
                $"its integers are {integers.Type}, its zero point {(zero is null ? "is left out, which means" : "is")} {implied}");
        if (implied is not (ElementType.Int8 or ElementType.UInt8) && (isQuantize || implied != ElementType.Int32))
            Problem(node, $"integers of type {implied} are not quantized");
        if (zero is not null && zero.Shape != scale.Shape && (zero.Shape.Elements != 1 || scale.Shape.Elements != 1))
            Problem(node, $"its scale has the shape {scale.Shape}, its zero point {zero.Shape}");
        if (scale.Shape.Rank <= 1 && scale.Shape.Elements == 1) return;
        long axis = node.Attribute.FirstOrDefault(a => a.Name == "axis")?.I ?? 1;
        if (axis < 0) axis += x.Shape.Rank;
        if (scale.Shape.Rank != 1) Problem(node, $"its scale has the shape {scale.Shape}; one number, or one along an axis, is meant");
        else if (axis < 0 || axis >= x.Shape.Rank) Problem(node, $"axis {axis} is outside the shape {x.Shape}");
        else if (x.Shape[(int)axis] != scale.Shape[0])
            Problem(node, $"{scale.Shape[0]} scales do not fit axis {axis} of the shape {x.Shape}");
    }

    private ValueInfo? Info(NodeProto node, int input) =>
        node.Input.Count > input && node.Input[input].Length > 0 ? _values.GetValueOrDefault(node.Input[input]) : null;

    private void Problem(NodeProto node, string rule) => _problems.Add($"node '{node.Name}' ({node.OpType}): {rule}");
}
