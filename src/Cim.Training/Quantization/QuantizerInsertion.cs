using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Differentiation;
using Cim.Training.Networks;
using Cim.Training.Operators.Quantizers;
using Cim.Training.Ort;

namespace Cim.Training.Quantization;

/// <summary>Rewrites a float graph: quantizers behind the producers of matrix inputs, matrix layers on integers.</summary>
internal sealed class QuantizerInsertion
{
    private const float SmallestStep = 1e-6f;

    private readonly TrainableNetwork _source;
    private readonly QuantizationOptions _options;
    private readonly GraphProto _graph;
    private readonly GraphBuilder _builder;
    private readonly List<Parameter> _parameters;
    private readonly List<Control> _controls;
    private readonly List<QuantizedLayer> _layers = [];
    private readonly Dictionary<string, (QuantizedTensor Tensor, string Value, string Codes)> _activations = new(StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<string, long[]> _shapes;
    private readonly HashSet<string> _nonNegative;

    private QuantizerInsertion(TrainableNetwork source, QuantizationOptions options)
    {
        this._source = source;
        this._options = options;
        _graph = source.Graph.Clone();
        _graph.Node.Clear();
        _builder = new GraphBuilder(_graph);
        foreach (string name in source.Graph.Node.SelectMany(node => node.Output.Append(node.Name))
            .Concat(source.Parameters.Select(p => p.Name)).Concat(source.Controls.Select(c => c.Name)))
            _ = _builder.Unique(name);
        _parameters = [.. source.Parameters.Select(p => new Parameter(p.Name, p.Dims, [.. p.Values], p.Role) { Mask = p.Mask })];
        _controls = [.. source.Controls];
        _shapes = ForwardGraph.ShapesOf(source);
        _nonNegative = [.. SignAnalysis.NonNegative(source), .. options.NonNegative];
    }

    public static QuantizedNetwork Apply(TrainableNetwork source, QuantizationOptions options) =>
        new QuantizerInsertion(source, options).Run();

    private QuantizedNetwork Run()
    {
        HashSet<string> quantized = [.. _source.Graph.Node.Where(IsMatrixLayer).Select(node => node.Input[0])];
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string input in _source.Graph.Input.Select(input => input.Name).Where(quantized.Contains))
            renamed[input] = QuantizeActivation(input);
        foreach (NodeProto original in _source.Graph.Node)
        {
            NodeProto node = original.Clone();
            if (IsMatrixLayer(original))
                AddLayer(node, original);
            else
            {
                for (int i = 0; i < node.Input.Count; i++)
                    node.Input[i] = renamed.GetValueOrDefault(node.Input[i], node.Input[i]);
                _graph.Node.Add(node);
            }

            foreach (string output in original.Output.Where(quantized.Contains))
                renamed[output] = QuantizeActivation(output);
        }

        var network = new TrainableNetwork(_graph, _parameters, _controls);
        return new QuantizedNetwork(network, _layers, [.. _activations.Values.Select(entry => entry.Tensor)], _source, _options.Noise);
    }

    private bool IsMatrixLayer(NodeProto node) =>
        (node.OpType is "Conv" or "Gemm" or "MatMul")
        && _source.Find(node.Input[1]) is { Role: ParameterRole.Weight } weights
        && (node.OpType == "Conv" || weights.Dims.Length == 2)
        && (node.OpType != "Gemm" || Attributes.GetInt(node, "transA", 0) == 0);

    private string QuantizeActivation(string value)
    {
        long[] dims = _shapes[value];
        var step = new Parameter(value + "/step", [], [1], ParameterRole.Step) { Minimum = SmallestStep };
        int zeroPoint = _options.ZeroPoints.GetValueOrDefault(value);
        var tensor = new QuantizedTensor(value, zeroPoint == 0 && !_nonNegative.Contains(value), zeroPoint, step);
        _parameters.Add(step);
        _controls.Add(tensor.Low);
        _controls.Add(tensor.High);
        AddInput(tensor.Low);
        AddInput(tensor.High);
        NodeProto node = _builder.Node(
            FakeQuantize.OperatorType, [value, step.Name, tensor.Low.Name, tensor.High.Name], 2, TrainingDomain.Name);
        node.Attribute.Add(Attributes.Int("elements", Tensors.Count(dims.AsSpan(1))));
        _activations[value] = (tensor, node.Output[0], node.Output[1]);
        return node.Output[0];
    }

    private void AddLayer(NodeProto node, NodeProto original)
    {
        string name = GradientContext.Describe(original);
        Parameter weights = _parameters.Single(parameter => parameter.Name == original.Input[1]);
        MatrixLayout layout = MatrixLayout.Of(original, weights);
        bool hasStrips = _options.Strips.ContainsKey(name);
        bool perStrip = _options.StepPerStrip && layout.Strip > 1 && !hasStrips;
        long[] stepDims = StepShape(original, weights, perStrip);
        var steps = new float[Tensors.Count(stepDims)];
        Array.Fill(steps, 1);
        var weightStep = new Parameter(weights.Name + "/step", stepDims, steps, ParameterRole.Step) { Minimum = SmallestStep };
        (QuantizedTensor input, string value, string codes) = _activations[original.Input[0]];
        var layer = new QuantizedLayer(name, weights, weightStep, layout, input, hasStrips);
        _layers.Add(layer);
        _parameters.Add(weightStep);
        Control[] own = [layer.Low, layer.High, layer.Offset, layer.Spacing, .. hasStrips ? [layer.StepRate!] : Array.Empty<Control>()];
        foreach (Control control in own)
        {
            _controls.Add(control);
            AddInput(control);
        }

        NodeProto quantizer = _builder.Node(
            FakeQuantize.OperatorType,
            [weights.Name, weightStep.Name, .. own.Select(control => control.Name)],
            2,
            TrainingDomain.Name);
        quantizer.Attribute.Add(Attributes.Int("elements", weights.Values.Length / steps.Length));
        string weightCodes = quantizer.Output[1];
        List<string> inputs = [value, quantizer.Output[0], original.Input.Count > 2
            ? original.Input[2]
            : "", codes, input.Step.Name, weightCodes, weightStep.Name];
        NodeProto linear = new() { OpType = QuantizedLinear.OperatorType, Domain = TrainingDomain.Name, Name = name };
        linear.Attribute.Add(node.Attribute.Where(attribute => original.OpType == "Conv" || attribute.Name == "transB"));
        linear.Attribute.Add(Attributes.String(QuantizedLinear.Kind, original.OpType));
        linear.Attribute.Add(Attributes.Int(QuantizedLinear.StepPerStrip, perStrip ? 1 : 0));
        linear.Attribute.Add(Attributes.Int(QuantizedLinear.SpatialRank, Math.Max(0, weights.Dims.Length - 2)));
        if (_options.Noise is { } noise)
            NoiseInsertion.Apply(layer, noise, linear, inputs, _builder, control =>
            {
                _controls.Add(control);
                AddInput(control);
            });
        linear.Input.Add(inputs);
        linear.Output.Add(original.Output[0]);
        _graph.Node.Add(linear);
    }

    private static long[] StepShape(NodeProto node, Parameter weights, bool perStrip)
    {
        if (node.OpType == "Conv")
            return [weights.Dims[0], 1, .. weights.Dims[2..].Select(dim => perStrip ? dim : 1)];
        return Attributes.GetInt(node, "transB", 0) != 0 ? [weights.Dims[0], 1] : [1, weights.Dims[1]];
    }

    private void AddInput(Control control) =>
        _graph.Input.Add(Tensors.ValueInfo(control.Name, TensorProto.Types.DataType.Float, control.Dims));
}
