using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Model;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Evaluation;

/// <summary>What the outputs of a network are, read from each of the forms a network has here.</summary>
internal static class NetworkOutputs
{
    /// <summary>Those of a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="fixedBatch">Samples of a run whose batch is fixed; 0 = any number.</param>
    public static ImmutableArray<OutputFacts> Of(Graph graph, int fixedBatch)
    {
        var producers = graph.Nodes.SelectMany(n => n.Outputs.Where(o => o.Length > 0).Select(o => (o, n)))
            .ToDictionary(p => p.o, p => p.n, StringComparer.Ordinal);
        return
        [
            .. graph.Outputs.Select(o => new OutputFacts(o, graph.Values[o].Type, Numbers(graph.Values[o].Shape, fixedBatch),
                EndsWithSigmoid(o, v => producers.TryGetValue(v, out Node? n) ? (n.Op, n.Inputs[0]) : null))
                { IsBySample = IsBySample(graph.Values[o].Shape, fixedBatch) }),
        ];
    }

    /// <summary>Those of a compiled model.</summary>
    public static ImmutableArray<OutputFacts> Of(CompiledModel model, int fixedBatch)
    {
        ModelProgram program = model.Program;
        var producers = program.Steps.SelectMany(s => s.Outputs.Where(o => o >= 0).Select(o => (o, s))).ToDictionary(p => p.o, p => p.s);
        return
        [
            .. program.Outputs.Select(
                (o, i) => new OutputFacts(model.Info.Outputs[i].Name, program.Values[o].Type, Numbers(program.Values[o].Shape, fixedBatch),
                EndsWithSigmoid(
                    o, v => producers.TryGetValue(v, out ProgramStep? s) && s.Op != ProgramStep.CrossbarOp ? (s.Op, s.Inputs[0]) : null))
                { IsBySample = IsBySample(program.Values[o].Shape, fixedBatch) }),
        ];
    }

    /// <summary>Whether an output of an ONNX model comes out of a Sigmoid.</summary>
    public static bool EndsWithSigmoid(GraphProto graph, string output)
    {
        var producers = new Dictionary<string, NodeProto>(StringComparer.Ordinal);
        foreach (NodeProto node in graph.Node)
            foreach (string o in node.Output) producers[o] = node;
        return EndsWithSigmoid(
            output, v => producers.TryGetValue(v, out NodeProto? n) && n.Input.Count > 0 ? (n.OpType, n.Input[0]) : null);
    }

    /// <summary>True if the first output is made of probabilities.</summary>
    public static bool EndsWithSoftmax(Graph graph) => graph.Nodes.Any(n => n.Op == "Softmax" && n.Outputs[0] == graph.Outputs[0]);

    private static int Numbers(Shape shape, int fixedBatch)
    {
        long all = shape.Bind(1).Elements;
        return (int)Math.Min(int.MaxValue, fixedBatch > 1 && !shape.IsSymbolic && IsBySample(shape, fixedBatch) ? all / fixedBatch : all);
    }

    /// <summary>Results lie along the first dimension as samples do; a run of one sample has one result.</summary>
    private static bool IsBySample(Shape shape, int fixedBatch) =>
        fixedBatch == 1 || (shape.Rank > 0 && (fixedBatch == 0 ? shape[0] < 0 : shape[0] % fixedBatch == 0));

    /// <summary>Follows a value upstream through operators that keep its numbers.</summary>
    private static bool EndsWithSigmoid<T>(T value, Func<T, (string Op, T Input)?> producer)
    {
        while (producer(value) is { } node)
        {
            if (node.Op is "Sigmoid" or "HardSigmoid") return true;
            if (node.Op is not ("Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" or "Identity" or "Cast" or "Transpose"
                or "QuantizeLinear" or "DequantizeLinear" or "Clip"))
                return false;
            value = node.Input;
        }

        return false;
    }
}
