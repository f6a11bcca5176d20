using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Mapping;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Scheduling.Rows;

/// <summary>The operators of a network with the rows that each needs of others, in an order in which inputs come first.</summary>
/// <param name="Stages">One stage for each computed value.</param>
/// <param name="Outputs">The stages whose values the network returns.</param>
/// <param name="Layers">The layers on arrays; <see cref="Stage.Layer"/> counts in it.</param>
internal sealed record StageGraph(ImmutableArray<Stage> Stages, ImmutableArray<int> Outputs, ImmutableArray<LayerShape> Layers)
{
    /// <summary>The stages of each value, and of whom each is read.</summary>
    public ImmutableArray<ImmutableArray<int>> Consumers { get; } = FindConsumers(Stages);

    /// <summary>The stages that digital units work on.</summary>
    public IEnumerable<int> Digital => Enumerable.Range(0, Stages.Length).Where(s => Stages[s].Layer < 0 && !Stages[s].IsView);

    /// <summary>Operations of digital units in an inference.</summary>
    public long DigitalOperations => Digital.Sum(s => Stages[s].Operations);

    /// <summary>Reads a network.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="layers">Its layers on arrays, as the hardware holds them.</param>
    public static StageGraph Of(Graph graph, ImmutableArray<LayerShape> layers)
    {
        var builder = new Builder(graph, layers);
        foreach (Node node in graph.Nodes) builder.Add(node);
        return new StageGraph(builder.Stages.ToImmutable(), builder.StagesOf(graph.Outputs), layers);
    }

    private static ImmutableArray<ImmutableArray<int>> FindConsumers(ImmutableArray<Stage> stages)
    {
        List<int>[] found = [.. stages.Select(_ => new List<int>())];
        for (int s = 0; s < stages.Length; s++)
            foreach (int producer in stages[s].Inputs.Select(i => i.Producer).Distinct()) found[producer].Add(s);
        return [.. found.Select(list => list.ToImmutableArray())];
    }

    private sealed class Builder
    {
        private readonly Graph _graph;
        private readonly RowRules _rules;
        private readonly Dictionary<string, int> _layerOfNode = new(StringComparer.Ordinal);
        private readonly Dictionary<string, (int Stage, ValueRows Rows)> _values = new(StringComparer.Ordinal);
        private readonly Dictionary<string, DynamicMatMul> _dynamic;

        public Builder(Graph graph, ImmutableArray<LayerShape> layers)
        {
            _graph = graph;
            _rules = new RowRules(graph);
            _dynamic = MvmLayers.FindDynamic(graph).ToDictionary(m => m.NodeName, StringComparer.Ordinal);
            Dictionary<string, int> index = layers.Select((l, i) => (l.Name, i))
                .ToDictionary(p => p.Name, p => p.i, StringComparer.Ordinal);
            foreach ((string name, int layer) in index) _layerOfNode[name] = layer;
            foreach (MvmLayer layer in MvmLayers.Find(graph))
                foreach (LayerUse use in layer.Uses)
                    if (index.TryGetValue(layer.NodeName, out int at)) _layerOfNode[use.NodeName] = at;
        }

        public ImmutableArray<Stage>.Builder Stages { get; } = ImmutableArray.CreateBuilder<Stage>();

        public ImmutableArray<int> StagesOf(ImmutableArray<string> values) =>
            [.. values.Where(_values.ContainsKey).Select(v => _values[v].Stage).Distinct()];

        public void Add(Node node)
        {
            RowInput[] inputs = [.. node.Inputs.Select((name, i) => (name, i)).Where(p => _values.ContainsKey(p.name))
                .Select(p => new RowInput(p.i, _values[p.name].Rows, ShapeOf(p.name)))];
            RowInput main = inputs.OrderByDescending(i => i.Rows.Count).ThenBy(i => i.Index)
                .FirstOrDefault(new RowInput(-1, ValueRows.Whole, Shape.Scalar));
            for (int output = 0; output < node.Outputs.Length; output++)
            {
                if (node.Outputs[output].Length == 0) continue;
                ValueRows rows = _rules.Rows(node, output, main);
                long elements = ShapeOf(node.Outputs[output]).Elements;
                _values[node.Outputs[output]] = (Stages.Count, rows);
                Stages.Add(new Stage(node.Name, _layerOfNode.GetValueOrDefault(node.Name, -1), rows.Count, elements,
                    [.. inputs.Select(i => new StageInput(_values[node.Inputs[i.Index]].Stage, _rules.Needs(node, output, rows, i)))])
                {
                    Operations = Operations(node, elements), IsView = ElementwiseOperators.IsView(node.Op),
                    InputShare = InputShare(node, output, rows),
                });
            }
        }

        /// <summary>The share of the network's inputs that each row needs.</summary>
        private ImmutableArray<double> InputShare(Node node, int output, ValueRows rows)
        {
            RowInput[] read = [.. node.Inputs.Select((name, i) => (name, i)).Where(p => _graph.Inputs.Contains(p.name))
                .Select(p => new RowInput(p.i, ValueRows.Of(ShapeOf(p.name)), ShapeOf(p.name)))];
            if (read.Length == 0) return [];
            RowNeeds[] needs = [.. read.Select(i => _rules.Needs(node, output, rows, i))];
            return [.. Enumerable.Range(0, rows.Count)
                .Select(r => read.Select((input, i) => (needs[i].Last(r) + 1.0) / input.Rows.Count).Max())];
        }

        /// <summary>Multiply-accumulates of a product of two activations, else elements read or written, whichever are more.</summary>
        private long Operations(Node node, long elements) => _dynamic.TryGetValue(node.Name, out DynamicMatMul? m)
            ? (long)m.Repeat * m.Positions * m.Rows * m.Columns
            : Math.Max(elements, node.Inputs.Where(_values.ContainsKey).Sum(i => ShapeOf(i).Elements));

        private Shape ShapeOf(string value) => _graph.Values[value].Shape.Bind(1);
    }
}
