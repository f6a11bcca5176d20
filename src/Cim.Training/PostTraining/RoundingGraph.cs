using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Networks;
using Cim.Training.Operators.Quantizers;
using Cim.Training.Ort;
using Cim.Training.Quantization;

namespace Cim.Training.PostTraining;

/// <summary>
/// One block of a quantized network whose weight codes are floor(w / s) + h(v), h(v) = clip(1.2 sigmoid(v) - 0.1, 0, 1), with v
/// trained (arXiv 2004.10568, equation 23).
/// </summary>
internal sealed class RoundingGraph
{
    private const double Stretch = 1.2;

    /// <summary>A variable whose h is clipped to 0, where it has no gradient: a weight of exactly zero was pruned and stays so.</summary>
    private const float Off = -10;

    /// <summary>How far a rounded weight starts on the side of its code.</summary>
    private const double Lean = 0.8;

    private const double Warmup = 0.2;

    private readonly List<(QuantizedLayer Layer, Parameter Variable, Control Floor, string Share)> _layers = [];
    private readonly Control _sharpness = new("rounding/sharpness", [], [20]);
    private readonly Control _weight = new("rounding/weight", [], [0]);

    private RoundingGraph()
    {
    }

    public TrainableNetwork Network { get; private set; } = null!;

    /// <summary>Rounding variables and activation steps.</summary>
    public IReadOnlyList<Parameter> Trained { get; private set; } = [];

    public static RoundingGraph Build(QuantizedNetwork network, Block block, IReadOnlyDictionary<string, float[]>? wanted = null)
    {
        var result = new RoundingGraph();
        GraphProto whole = network.Network.Graph;
        var graph = new GraphProto { Name = "block" };
        graph.Initializer.Add(whole.Initializer);
        IReadOnlyDictionary<string, long[]> shapes = ForwardGraph.ShapesOf(network.Network);
        graph.Input.Add(Tensors.ValueInfo(block.Input, TensorProto.Types.DataType.Float, [-1, .. shapes[block.Input].AsSpan(1)]));
        graph.Output.Add(Tensors.ValueInfoOfUnknownShape(block.Output, TensorProto.Types.DataType.Float));
        var builder = new GraphBuilder(graph);
        foreach (string name in whole.Node.SelectMany(node => node.Output).Concat(whole.Node.Select(node => node.Name)))
            _ = builder.Unique(name);
        HashSet<string> inside = [.. block.Nodes];
        Dictionary<string, QuantizedLayer> byWeights = network.Layers.ToDictionary(layer => layer.Weights.Name, StringComparer.Ordinal);
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        HashSet<string> available = [block.Input];
        foreach (NodeProto original in whole.Node)
        {
            if (original.OpType == FakeQuantize.OperatorType && byWeights.TryGetValue(original.Input[0], out QuantizedLayer? layer))
            {
                if (whole.Node.Any(node => inside.Contains(node.Output[0]) && node.Input.Contains(original.Output[0])))
                    result.AddWeights(builder, layer, original, renamed, wanted?.GetValueOrDefault(layer.Name));
                continue;
            }

            bool isQuantizer = original.OpType == FakeQuantize.OperatorType && available.Contains(original.Input[0])
                && original.Input[0] != block.Output;
            if (!isQuantizer && !inside.Contains(original.Output[0]))
                continue;
            NodeProto node = original.Clone();
            for (int i = 0; i < node.Input.Count; i++)
                node.Input[i] = renamed.GetValueOrDefault(node.Input[i], node.Input[i]);
            graph.Node.Add(node);
            available.UnionWith(node.Output);
        }

        HashSet<string> used = [.. graph.Node.SelectMany(node => node.Input)];
        Parameter[] own = [.. network.Network.Parameters.Where(parameter => used.Contains(parameter.Name))];
        Control[] controls = [.. network.Network.Controls.Where(control => used.Contains(control.Name))];
        result.Network = new TrainableNetwork(
            graph,
            [.. own, .. result._layers.Select(entry => entry.Variable)],
            [.. controls, .. result._layers.Select(entry => entry.Floor), result._sharpness, result._weight]);
        HashSet<string> steps = [.. network.Activations.Select(tensor => tensor.Step.Name)];
        result.Trained = [.. result._layers.Select(entry => entry.Variable), .. own.Where(parameter => steps.Contains(parameter.Name))];
        return result;
    }

    /// <summary>The term that is zero when every h is 0 or 1: weight * sum(1 - |2 h - 1|^sharpness).</summary>
    public string AppendRegularization(GraphBuilder builder)
    {
        string? total = null;
        foreach ((_, _, _, string share) in _layers)
        {
            string distance = builder.Op("Abs", builder.Op("Sub", builder.Op("Mul", share, builder.Scalar(2)), builder.Scalar(1)));
            string open = builder.Op("Sub", builder.Scalar(1), builder.Op("Pow", distance, _sharpness.Name));
            string sum = builder.Op("ReduceSum", [open], Attributes.Int("keepdims", 0));
            total = total is null ? sum : builder.Op("Add", total, sum);
        }

        return builder.Op("Mul", total!, _weight.Name);
    }

    /// <summary>No rounding term in the first fifth, then one that sharpens from exponent 20 to 2.</summary>
    public void Anneal(double progress, double regularization)
    {
        _weight.Values[0] = progress < Warmup ? 0 : (float)regularization;
        double along = Math.Max(0, (progress - Warmup) / (1 - Warmup));
        _sharpness.Values[0] = (float)(2 + (18 * 0.5 * (1 + Math.Cos(Math.PI * along))));
    }

    /// <summary>Rounds every h and writes the weights back as exact multiples of their steps.</summary>
    public void Finish()
    {
        foreach ((QuantizedLayer layer, Parameter variable, Control floor, _) in _layers)
        {
            for (int o = 0; o < layer.Layout.Outputs; o++)
            {
                for (int i = 0; i < layer.Layout.Inputs; i++)
                {
                    int index = layer.Layout.Index(o, i);
                    float code = floor.Values[index] + (variable.Values[index] >= 0 ? 1 : 0);
                    layer.Weights.Values[index] = Math.Clamp(code, layer.Low.Values[0], layer.High.Values[0]) * layer.StepOf(o, i);
                }
            }
        }
    }

    /// <summary>h is the weight's own fraction, so that the first forward pass is the float layer.</summary>
    private static (float Floor, double Share) Fraction(float ratio) => (MathF.Floor(ratio), ratio - MathF.Floor(ratio));

    /// <summary>Of a weight that is rounded already: its code and the next one on the side of what was rounded, most of the way to its
    /// code.</summary>
    private static (float Floor, double Share) Neighbours(float ratio, float wanted)
    {
        float code = MathF.Round(ratio), floor = wanted > code ? code : code - 1;
        return (floor, (Lean * (code - floor)) + ((1 - Lean) * Math.Clamp(wanted - floor, 0, 1)));
    }

    private void AddWeights(
        GraphBuilder builder, QuantizedLayer layer, NodeProto original, Dictionary<string, string> renamed, float[]? wanted)
    {
        float[] weights = layer.Weights.Values;
        var floors = new float[weights.Length];
        var variables = new float[weights.Length];
        for (int o = 0; o < layer.Layout.Outputs; o++)
        {
            for (int i = 0; i < layer.Layout.Inputs; i++)
            {
                int index = layer.Layout.Index(o, i);
                float step = layer.StepOf(o, i),
                    ratio = weights[index] / step,
                    real = wanted is null ? weights[index] : wanted[(o * layer.Layout.Inputs) + i];
                (floors[index], double h) = real == 0 ? (0, 0) : wanted is null ? Fraction(ratio) : Neighbours(ratio, real / step);
                double share = Math.Clamp((h + 0.1) / Stretch, 0.01, 0.99);
                variables[index] = real == 0 ? Off : (float)Math.Log(share / (1 - share));
            }
        }

        var variable = new Parameter(layer.Name + "/rounding", layer.Weights.Dims, variables, ParameterRole.Other);
        var floor = new Control(layer.Name + "/floor", layer.Weights.Dims, floors);
        string stretched = builder.Op(
            "Sub", builder.Op("Mul", builder.Op("Sigmoid", variable.Name), builder.Scalar(Stretch)), builder.Scalar(0.1));
        string share01 = builder.Op("Clip", stretched, builder.Scalar(0), builder.Scalar(1));
        string codes = builder.Op("Clip", builder.Op("Add", floor.Name, share01), layer.Low.Name, layer.High.Name);
        renamed[original.Output[1]] = codes;
        renamed[original.Output[0]] = builder.Op("Mul", codes, layer.WeightStep.Name);
        _layers.Add((layer, variable, floor, share01));
    }
}
