using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime.Operators.Catalog;
using Cim.Runtime.Operators.Spatial;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes.Transposed;

/// <summary>
/// Afterwards a ConvTranspose with constant weights over one or two axes is ordinary convolutions of stride 1, which crossbars hold: one
/// for each phase of the output, with just the kernel positions that reach it, and the phases interleaved behind them. Phases that read
/// the same inputs (a kernel no larger than its stride) are one convolution. No product of the original is computed twice, none with an
/// inserted zero. Operators on single elements behind the layer go to the convolutions, whose epilogue they may become.
/// </summary>
internal sealed class UnfoldTransposedConvolutions : IGraphPass
{
    public Graph Run(Graph graph)
    {
        var editor = new GraphEditor(graph);
        foreach (Node original in graph.Nodes)
            if (original.Op == "ConvTranspose" && editor.Find(original.Name) is { } node && node.Inputs.Length > 1
                && TransposedWeights.Read(editor, node) is { } weights)
                Unfold(editor, node, weights);
        return editor.Build();
    }

    private static void Unfold(GraphEditor editor, Node node, TransposedWeights weights)
    {
        Shape input = editor.ShapeOf(node.Inputs[0]);
        int spatial = input.Rank - 2;
        WindowGeometry g = TransposedGeometry.Create(
            OperatorCatalog.Create(node.Op, node.Attributes, node.Name), node.Attributes, input.Bind(1), weights.Kernel);
        ImmutableArray<AxisPhase>[] axes = [.. Enumerable.Range(WindowGeometry.Axes - spatial, spatial).Select(a => AxisPhase.Of(g, a))];
        int[] counts = [.. axes.Select(a => a[0].Count)];
        bool together = axes.All(phases => phases.All(p => p.SameWindow(phases[0])));
        if (together) axes = [.. axes.Select(phases => phases.Select(p => p.Longer(phases[0].Count)).ToImmutableArray())];
        ImmutableArray<ImmutableArray<AxisPhase>> phases = Products(axes);

        PointwiseChain chain = PointwiseChain.Behind(editor, node.Outputs[0]);
        var builder = new PhaseBuilder(editor, node, chain, weights);
        List<string> results = [];
        if (together) results.Add(builder.Convolve(node.Name, phases));
        else
            foreach (ImmutableArray<AxisPhase> phase in phases)
                results.Add(builder.Pad(
                    builder.Convolve($"{node.Name}_phase{results.Count}", [phase]), [.. phase.Select((p, i) => counts[i] - p.Count)]));

        int[] output = [.. g.Input[(WindowGeometry.Axes - spatial)..]];
        new Interleave(builder, input[0], together ? weights.Groups : 1, weights.Outputs)
            .Build(results, [.. axes.Select(a => a.Length)], counts, output);
        chain.Remove(editor);
        editor.Replace(node, [.. builder.Named(chain.Result)]);
    }

    /// <summary>All combinations of the axes' phases, the last axis fastest.</summary>
    private static ImmutableArray<ImmutableArray<AxisPhase>> Products(ReadOnlySpan<ImmutableArray<AxisPhase>> axes)
    {
        ImmutableArray<ImmutableArray<AxisPhase>> products = [[]];
        foreach (ImmutableArray<AxisPhase> axis in axes) products = [.. products.SelectMany(p => axis.Select(a => p.Add(a)))];
        return products;
    }
}
