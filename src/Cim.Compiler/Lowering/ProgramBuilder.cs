using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Quantization;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Mapping;
using Cim.Runtime.Program;

namespace Cim.Compiler.Lowering;

/// <summary>What lowering gave: the program, and where each crossbar layer's real result can be seen.</summary>
/// <param name="Graph">The quantized graph with integers flowing through operators that only move values.</param>
/// <param name="Program">What the runtime executes.</param>
/// <param name="Layers">The fused layers, in the order of <see cref="ModelProgram.Layers"/>.</param>
internal sealed record LoweredModel(Graph Graph, ModelProgram Program, ImmutableArray<FusedLayer> Layers);

/// <summary>
/// Lowers a quantized graph to a program: every layer with quantized inputs and weights becomes one crossbar step
/// including the digital work its epilogue does, everything else a digital step. Integers flow between the layers.
/// </summary>
internal sealed class ProgramBuilder
{
    private readonly Graph _graph;
    private readonly List<ProgramValue> _values = [];
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
    private readonly List<ProgramStep> _steps = [];
    private readonly List<CrossbarLayer> _layers = [];
    private readonly Dictionary<string, int> _layerIndex = new(StringComparer.Ordinal);

    private ProgramBuilder(Graph graph) => _graph = graph;

    /// <param name="quantized">A graph with explicit quantizers.</param>
    /// <param name="map">Places a layer with its weights on arrays.</param>
    /// <param name="adcBits">ADC bits of a layer by name; 0 = the profile's.</param>
    /// <param name="blocks">Places a layer in blocks; null, or none for a layer, = as mapped.</param>
    public static LoweredModel Build(
        Graph quantized, Func<MvmLayer, QuantizedWeights, LayerMapping> map, Func<string, int> adcBits,
        Func<MvmLayer, QuantizedWeights, ImmutableArray<WeightBlock>>? blocks = null)
    {
        Graph graph = new FlowIntegers().Run(new SplitLargeBiases().Run(quantized));
        GraphVerifier.Verify(graph, nameof(FlowIntegers));
        ImmutableArray<FusedLayer> fused = CrossbarFusion.Find(graph);
        return new ProgramBuilder(graph).Build(fused, map, adcBits, blocks ?? ((_, _) => []));
    }

    private LoweredModel Build(
        ImmutableArray<FusedLayer> fused, Func<MvmLayer, QuantizedWeights, LayerMapping> map, Func<string, int> adcBits,
        Func<MvmLayer, QuantizedWeights, ImmutableArray<WeightBlock>> blocks)
    {
        // A fused layer runs where its last node stood: by then its residual is there.
        var replaced = new HashSet<string>(fused.SelectMany(f => f.Nodes.Select(n => n.Name)), StringComparer.Ordinal);
        Dictionary<string, FusedLayer> at = fused.ToDictionary(f => f.Nodes[^1].Name, StringComparer.Ordinal);
        HashSet<string> needed = Needed(replaced, at);

        ImmutableArray<int> inputs = [.. _graph.Inputs.Select(Index)];
        var order = ImmutableArray.CreateBuilder<FusedLayer>(fused.Length);
        foreach (Node node in _graph.Nodes)
        {
            if (at.TryGetValue(node.Name, out FusedLayer? layer))
            {
                if (!needed.Contains(layer.Output)) continue;
                if (_layerIndex.TryAdd(layer.Layer.NodeName, _layers.Count))
                {
                    order.Add(layer);
                    Emit(layer, map(layer.Layer, layer.Weights), adcBits(layer.Layer.NodeName), blocks(layer.Layer, layer.Weights));
                }

                EmitStep(layer);
            }
            else if (!replaced.Contains(node.Name) && node.Outputs.Any(needed.Contains))
            {
                _steps.Add(new ProgramStep(node.Op, node.Name, [.. node.Inputs.Select(Index)],
                    [.. node.Outputs.Select(o => needed.Contains(o) ? Index(o) : -1)], node.Attributes));
            }
        }

        var program = new ModelProgram([], [.. _steps], [.. _layers], inputs, [.. _graph.Outputs.Select(Index)]);
        return new LoweredModel(_graph, program with { Values = [.. _values] }, order.ToImmutable());
    }

    private HashSet<string> Needed(HashSet<string> replaced, Dictionary<string, FusedLayer> at)
    {
        var needed = new HashSet<string>(_graph.Outputs, StringComparer.Ordinal);
        foreach (Node node in _graph.Nodes.Reverse())
        {
            if (at.TryGetValue(node.Name, out FusedLayer? layer))
            {
                if (!needed.Contains(layer.Output)) continue;
                needed.Add(layer.Input);
                if (layer.Residual is not null) needed.Add(layer.Residual);
            }
            else if (!replaced.Contains(node.Name) && node.Outputs.Any(needed.Contains))
            {
                needed.UnionWith(node.Inputs);
            }
        }

        return needed;
    }

    private void Emit(FusedLayer fused, LayerMapping mapping, int adcBits, ImmutableArray<WeightBlock> blocks)
    {
        MvmLayer layer = fused.Layer;
        _layers.Add(new CrossbarLayer
        {
            Name = layer.NodeName,
            Groups = layer.Groups,
            RowsPerGroup = layer.RowsPerGroup,
            ColumnsPerGroup = layer.ColumnsPerGroup,
            Geometry = layer.Geometry,
            PositionsPerImage = layer.PositionsPerImage,
            Weights = fused.Weights.Integers,
            WeightBits = fused.Weights.Bits,
            WeightScales = fused.Weights.Scales,
            Bias = fused.Bias,
            Input = fused.InputParameters,
            Epilogue = fused.Epilogue,
            Mapping = mapping,
            AdcBits = adcBits,
            Blocks = blocks,
        });
    }

    /// <summary>One use of a layer, which is in the list by now.</summary>
    private void EmitStep(FusedLayer fused)
    {
        ImmutableArray<int> inputs = fused.Residual is null ? [Index(fused.Input)] : [Index(fused.Input), Index(fused.Residual)];
        _steps.Add(new ProgramStep(ProgramStep.CrossbarOp, fused.Nodes[0].Name, inputs, [Index(fused.Output)],
            AttributeMap.Empty.With("layer", _layerIndex[fused.Layer.NodeName])));
    }

    private int Index(string name)
    {
        if (name.Length == 0) return -1;
        if (_index.TryGetValue(name, out int index)) return index;
        ValueInfo info = _graph.Values[name];
        _values.Add(new ProgramValue(name, info.Type, info.Shape, _graph.Constants.GetValueOrDefault(name)));
        return _index[name] = _values.Count - 1;
    }
}
