using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Quantization;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Lowering;

/// <summary>
/// Finds DQ(x), DQ(w) -> Conv/Gemm/MatMul (+ bias) [-> Add residual] [-> Relu/Clip] [-> Q] in a graph and decides which
/// layer takes an addition both of whose sides are layers (the later one).
/// </summary>
internal static class CrossbarFusion
{
    public static ImmutableArray<FusedLayer> Find(Graph graph)
    {
        var topology = new GraphTopology(graph);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var found = new List<FusedLayer>();
        foreach (MvmLayer layer in MvmLayers.Find(graph).Reverse())
            foreach (FusedLayer fused in layer.IsShared ? Shared(topology, layer, taken) : Single(topology, layer, taken))
            {
                taken.UnionWith(fused.Nodes.Select(n => n.Name));
                found.Add(fused);
            }

        found.Reverse();
        return [.. found];
    }

    private static ImmutableArray<FusedLayer> Single(GraphTopology topology, MvmLayer layer, IReadOnlySet<string> taken) =>
        new Chain(topology, layer, taken).Follow(int.MaxValue) is { } fused ? [fused] : [];

    /// <summary>All uses of a layer, with the longest epilogue that they have in common; the last first.</summary>
    private static IEnumerable<FusedLayer> Shared(GraphTopology topology, MvmLayer layer, HashSet<string> taken)
    {
        MvmLayer[] uses = [.. layer.Uses.Reverse().Select(layer.At)];
        for (int most = int.MaxValue; most > 0;)
        {
            var own = new HashSet<string>(taken, StringComparer.Ordinal);
            var fused = new List<FusedLayer>();
            foreach (MvmLayer use in uses)
            {
                if (new Chain(topology, use, own).Follow(most) is not { } chain) break;
                own.UnionWith(chain.Nodes.Select(n => n.Name));
                fused.Add(chain with { Layer = layer });
            }

            if (fused.Count < uses.Length) break;
            if (fused.All(f => f.Epilogue == fused[0].Epilogue && f.InputParameters == fused[0].InputParameters
                && f.Bias.SequenceEqual(fused[0].Bias)))
                return fused;
            most = Math.Min(fused.Min(f => f.Nodes.Length), fused.Max(f => f.Nodes.Length) - 1);
        }

        // Their inputs have other scales: arrays of their own.
        return uses.SelectMany(use => Single(topology, use, taken));
    }

    /// <summary>Follows one layer's result through the nodes its epilogue can do.</summary>
    private sealed class Chain(GraphTopology topology, MvmLayer layer, IReadOnlySet<string> taken)
    {
        private readonly Graph _graph = topology.Graph;
        private readonly List<Node> _nodes = [];
        private readonly List<string> _biases = [];
        private string _current = layer.Output;
        private string? _residual;
        private QuantizationParameters _input = null!;
        private QuantizedWeights _weights = null!;
        private QuantizationParameters? _residualParameters;
        private float _minimum = float.NegativeInfinity, _maximum = float.PositiveInfinity;
        private QuantizationParameters? _output;

        private bool IsClamped => _minimum > float.NegativeInfinity || _maximum < float.PositiveInfinity;

        /// <param name="most">Nodes taken at most, the layer's own included.</param>
        public FusedLayer? Follow(int most)
        {
            Node own = _graph.Nodes.First(n => n.Name == layer.NodeName);
            if (topology.Producer(layer.Input) is not { Op: "DequantizeLinear" } dequantize
                || QuantizerNodes.Read(_graph, dequantize) is not { } input
                || _graph.Constants.ContainsKey(dequantize.Inputs[0])
                || QuantizedWeights.Read(_graph, layer) is not { } weights) return null;
            if (own.Inputs.Length > 2 && own.Inputs[2].Length > 0 && layer.Bias is null) return null;
            (_input, _weights) = (input, weights);
            _nodes.Add(own);
            while (_nodes.Count < most && topology.OnlyConsumer(_current) is { } next && !taken.Contains(next.Name) && Absorb(next))
            {
                _nodes.Add(next);
                if (_output is not null) break;
            }

            string real = _output is null ? _current : _nodes[^1].Inputs[0];
            bool residualIsFloat = _residual is not null && _residualParameters is null;
            return new FusedLayer
            {
                Layer = layer, Nodes = [.. _nodes], Input = dequantize.Inputs[0], InputParameters = input,
                Weights = weights, Bias = Bias(), Residual = _residual,
                Epilogue = new Epilogue(_residualParameters, residualIsFloat, _minimum, _maximum, _output),
                Real = real, Output = _current,
            };
        }

        private bool Absorb(Node next)
        {
            bool absorbed = next.Op switch
            {
                "Add" => !IsClamped && Add(next),
                "Relu" => Clamp(0, float.PositiveInfinity),
                "Clip" =>
                    Limit(next, 1, float.NegativeInfinity) is { } low && Limit(next, 2, float.PositiveInfinity) is { } high
                    && Clamp(low, high),
                "QuantizeLinear" => (_output = QuantizerNodes.Read(_graph, next)) is not null,
                _ => false,
            };
            if (absorbed) _current = next.Outputs[0];
            return absorbed;
        }

        private bool Add(Node add)
        {
            string other = add.Inputs[0] == _current ? add.Inputs[1] : add.Inputs[0];
            if (_residual is null && IsBias(other) && AddBias(other)) return true;

            if (_residual is not null || IsConstant(other) || _graph.Values[other].Shape != _graph.Values[_current].Shape
                || _graph.Values[other].Type != ElementType.Float32) return false;
            if (topology.Producer(other) is { Op: "DequantizeLinear" } dequantize
                && QuantizerNodes.Read(_graph, dequantize) is { } parameters)
                (_residual, _residualParameters) = (dequantize.Inputs[0], parameters);
            else _residual = other;
            return true;
        }

        private bool Clamp(float low, float high)
        {
            _minimum = Math.Max(_minimum, low);
            _maximum = Math.Min(_maximum, high);
            return true;
        }

        /// <summary>A bound of Clip: its default if it is omitted, null if it is not constant.</summary>
        private float? Limit(Node clip, int index, float orElse)
        {
            if (clip.Inputs.Length <= index || clip.Inputs[index].Length == 0) return orElse;
            return _graph.Constants.TryGetValue(clip.Inputs[index], out Tensor? t) && t is { Type: ElementType.Float32, Length: 1 }
                ? t.Span<float>()[0]
                : null;
        }

        private bool IsConstant(string value) => _graph.Constants.ContainsKey(value)
            || (topology.Producer(value) is { Op: "DequantizeLinear" } d && _graph.Constants.ContainsKey(d.Inputs[0]));

        /// <summary>A constant with one value per output along the axis of outputs.</summary>
        private bool IsBias(string value)
        {
            if (!IsConstant(value)) return false;
            Shape shape = _graph.Values[value].Shape;
            if (shape.IsSymbolic || shape.Elements != layer.Outputs) return false;
            int rank = _graph.Values[_current].Shape.Rank;
            // Broadcasting aligns the last axes; the outputs of a convolution are axis 1 of its result.
            int axis = shape.Rank - 1 - (layer.Op == "Conv" ? rank - 2 : 0);
            return axis >= 0 && shape.Rank <= rank && shape[axis] == layer.Outputs;
        }

        /// <summary>Takes an addition of constants as bias, if the accumulator's integers hold what it comes to.</summary>
        private bool AddBias(string value)
        {
            _biases.Add(value);
            double[] real = RealBias();
            if (Enumerable.Range(0, real.Length).All(c => AccumulatorBias.Fits(real[c], Unit(c))) || Exact() is not null) return true;
            _biases.RemoveAt(_biases.Count - 1);
            return false;
        }

        private ImmutableArray<int> Bias() => Exact() ?? [.. RealBias().Select((real, c) => AccumulatorBias.Round(real, Unit(c)))];

        private float Unit(int c) => AccumulatorBias.Unit(_input.Scale, _weights.Scales[c]);

        private double[] RealBias()
        {
            double[] real = new double[layer.Outputs];
            if (layer.Bias is { } bias)
                for (int c = 0; c < real.Length; c++) real[c] += bias[c];
            foreach (string name in _biases)
                for (int c = 0; c < real.Length; c++) real[c] += RealAt(name, c);
            return real;
        }

        private ImmutableArray<int>? Exact()
        {
            string own = _nodes[0].Inputs.Length > 2 ? _nodes[0].Inputs[2] : "";
            return own.Length > 0
                ? (_biases.Count == 0 ? ExactBias.Of(topology, layer, own, _weights, _input.Scale) : null)
                : _biases.Count == 1 ? ExactBias.Of(topology, layer, _biases[0], _weights, _input.Scale)
                : null;
        }

        private double RealAt(string value, int c)
        {
            if (_graph.Constants.TryGetValue(value, out Tensor? constant)) return constant.Span<float>()[c];
            Node node = topology.Producer(value)!;
            Tensor integers = _graph.Constants[node.Inputs[0]], scale = _graph.Constants[node.Inputs[1]];
            Tensor? zero = node.Inputs.Length > 2 && node.Inputs[2].Length > 0 ? _graph.Constants[node.Inputs[2]] : null;
            int offset = zero is null ? 0 : QuantizerNodes.Integer(zero, zero.Length == 1 ? 0 : c);
            return (double)scale.Span<float>()[scale.Length == 1 ? 0 : c] * (QuantizerNodes.Integer(integers, c) - offset);
        }
    }
}
