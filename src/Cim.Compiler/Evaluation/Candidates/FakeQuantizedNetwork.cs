using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Quantization;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Cim.Compiler.Evaluation.Candidates;

/// <summary>
/// The network with its precision as inputs: weights and biases of each layer, and a fake quantizer
/// (clip(round(x / scale)) * scale) at each activation group, are fed with every run. One session so serves every policy.
/// </summary>
internal sealed class FakeQuantizedNetwork : IDisposable
{
    private readonly OnnxSession _session;
    private readonly GraphInput _input;

    /// <param name="graph">The float network.</param>
    /// <param name="input">Its data input.</param>
    /// <param name="layers">Layers whose weights become inputs.</param>
    /// <param name="groups">Activation groups that get a quantizer.</param>
    /// <param name="cancellation">Ends every run.</param>
    public FakeQuantizedNetwork(Graph graph, GraphInput input, ImmutableArray<MvmLayer> layers, ImmutableArray<ActivationGroup> groups,
        CancellationToken cancellation)
    {
        _input = input;
        _session = GraphSession.Open(Parameterise(graph, layers, groups), cancellation);
    }

    public static string Weight(string layer) => $"cim.weight:{layer}";

    public static string Bias(string layer) => $"cim.bias:{layer}";

    /// <summary>Names of the four scalars of a group's quantizer.</summary>
    public static (string Inverse, string Low, string High, string Scale) Quantizer(int group) =>
        ($"cim.inverse:{group}", $"cim.low:{group}", $"cim.high:{group}", $"cim.scale:{group}");

    /// <summary>Runs samples and returns the first output of each, one after the other.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="limit">At most this many samples.</param>
    /// <param name="parameters">A value for every name above.</param>
    /// <param name="cancellation">Checked between runs.</param>
    /// <param name="enough">Looks at the samples run so far and their outputs; true ends the run.</param>
    public float[] Run(
        CalibrationData data, int limit, IReadOnlyDictionary<string, OrtValue> parameters, CancellationToken cancellation,
        Func<int, List<float>, bool>? enough = null)
    {
        var outputs = new List<float>();
        string[] wanted = [_session.Outputs[0]];
        foreach (SampleRun run in data.Runs(_input, 32, limit))
        {
            cancellation.ThrowIfCancellationRequested();
            using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(run, wanted, parameters);
            outputs.AddRange(OnnxSession.Floats(results[0]));
            if (enough?.Invoke(run.First + run.Count, outputs) == true) break;
        }

        return [.. outputs];
    }

    public void Dispose() => _session.Dispose();

    private static Graph Parameterise(Graph graph, ImmutableArray<MvmLayer> layers, ImmutableArray<ActivationGroup> groups)
    {
        var copy = new GraphCopy(graph);
        var inputs = ImmutableArray.CreateBuilder<string>();
        inputs.AddRange(graph.Inputs);
        Dictionary<string, MvmLayer> byNode = SharedWeights.ByNode(layers);
        var groupOf = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int g = 0; g < groups.Length; g++)
        {
            foreach (string root in groups[g].Roots) groupOf[root] = g;
            (string inverse, string low, string high, string scale) = Quantizer(g);
            foreach (string scalar in new[] { inverse, low, high, scale }) AddInput(scalar, Shape.Scalar);
        }

        var quantized = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string input in graph.Inputs) After(input);
        foreach (Node node in graph.Nodes)
        {
            Node read = node with { Inputs = [.. node.Inputs.Select(i => quantized.GetValueOrDefault(i, i))] };
            if (byNode.TryGetValue(node.Name, out MvmLayer? layer)) AddLayer(read, layer);
            else copy.Nodes.Add(read);
            foreach (string output in node.Outputs) After(output);
        }

        return copy.ToGraph() with { Inputs = inputs.ToImmutable() };

        void AddInput(string name, Shape shape)
        {
            copy.Value(name, new ValueInfo(ElementType.Float32, shape));
            inputs.Add(name);
        }

        void After(string value)
        {
            if (!groupOf.TryGetValue(value, out int g)) return;
            (string inverse, string low, string high, string scale) = Quantizer(g);
            ValueInfo info = copy.Info(value);
            string levels = copy.Add("Mul", value + "_levels", [value, inverse], value + "_levels", info);
            string rounded = copy.Add("Round", value + "_rounded", [levels], value + "_rounded", info);
            string clipped = copy.Add("Clip", value + "_clipped", [rounded, low, high], value + "_clipped", info);
            quantized[value] = copy.Add("Mul", value + "_fake", [clipped, scale], value + "_fake", info);
        }

        void AddLayer(Node node, MvmLayer layer)
        {
            (string weight, string bias) = (Weight(layer.NodeName), Bias(layer.NodeName));
            if (node.Name == layer.NodeName)
            {
                AddInput(weight, WeightShape(graph, node, layer));
                AddInput(bias, new Shape(layer.Outputs));
            }

            if (node.Op == "MatMul")
            {
                string product = copy.Value(node.Outputs[0] + "_product", graph.Values[node.Outputs[0]]);
                copy.Nodes.Add(node with { Inputs = [node.Inputs[0], weight], Outputs = [product] });
                copy.Nodes.Add(new Node("Add", copy.NodeName(node.Name + "_bias"), [product, bias], node.Outputs, AttributeMap.Empty));
                return;
            }

            copy.Nodes.Add(node with
            {
                Inputs = [node.Inputs[0], weight, bias],
                Attributes = node.Op == "Gemm" ? AttributeMap.Empty.With("transB", 1) : node.Attributes,
            });
        }
    }

    /// <summary>Convolutions keep their shape, Gemm reads [outputs, rows], MatMul [rows, outputs].</summary>
    public static Shape WeightShape(Graph graph, Node node, MvmLayer layer) => node.Op switch
    {
        "Conv" => graph.Values[graph.Nodes.First(n => n.Name == node.Name).Inputs[1]].Shape,
        "Gemm" => new Shape(layer.Outputs, layer.RowsPerGroup),
        _ => new Shape(layer.RowsPerGroup, layer.Outputs),
    };
}
