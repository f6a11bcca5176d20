using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes.Transposed;

/// <summary>Constant weights and bias of a transposed convolution, as real numbers or behind a DequantizeLinear.</summary>
internal sealed class TransposedWeights
{
    private readonly Tensor _data;
    private readonly Node? _dequantize;
    private readonly string _bias;

    private TransposedWeights(Tensor data, Node? dequantize, string bias, int groups) =>
        (_data, _dequantize, _bias, Groups) = (data, dequantize, bias, groups);

    /// <summary>Groups of the convolution.</summary>
    public int Groups { get; }

    /// <summary>Output channels.</summary>
    public int Outputs => _data.Shape[1] * Groups;

    /// <summary>The kernel's size along each axis.</summary>
    public long[] Kernel => [.. _data.Shape.Dims.Skip(2).Select(d => (long)d)];

    /// <summary>The weights of a node; null if they or the bias are computed, are scaled by input channel, or have another rank than
    /// crossbars
    /// know convolutions of.</summary>
    public static TransposedWeights? Read(GraphEditor editor, Node node)
    {
        Node? dequantize = ConstantMatrix.IsDequantized(editor, node.Inputs[1]) ? editor.Producer(node.Inputs[1]) : null;
        if (editor.Constant(dequantize?.Inputs[0] ?? node.Inputs[1]) is not { Shape.Rank: 3 or 4 } data) return null;
        if (dequantize is null && data.Type != ElementType.Float32) return null;
        string bias = node.Inputs.Length > 2 ? node.Inputs[2] : "";
        if (bias.Length > 0 && editor.Constant(bias) is null && !ConstantMatrix.IsDequantized(editor, bias)) return null;
        if (dequantize is not null)
        {
            long axis = dequantize.Attributes.Int("axis", 1);
            if (editor.Constant(dequantize.Inputs[1])!.Length > 1 && axis != 1 && axis != 1 - data.Shape.Rank) return null;

            // A weight of zero must be the same integer for all outputs.
            if (dequantize.Inputs.Length > 2 && dequantize.Inputs[2].Length > 0 && editor.Constant(dequantize.Inputs[2])! is var zeros
                && Enumerable.Range(1, zeros.Length - 1).Any(i => QuantizerNodes.Integer(zeros, i) != QuantizerNodes.Integer(zeros, 0)))
                return null;
        }

        return new TransposedWeights(data, dequantize, bias, checked((int)node.Attributes.Int("group", 1)));
    }

    /// <summary>Adds the constants of a convolution that computes these phases, and what dequantizes them.</summary>
    /// <returns>The convolution's inputs 1 and, with a bias, 2.</returns>
    public ImmutableArray<string> Write(
        GraphEditor editor, List<Node> nodes, string name, ImmutableArray<ImmutableArray<AxisPhase>> phases)
    {
        // The outputs of all phases of a group lie together.
        int[] outputs = [.. Enumerable.Range(0, Groups).SelectMany(g => phases.SelectMany(_ =>
            Enumerable.Range(g * _data.Shape[1], _data.Shape[1])))];
        var kernel = new PhaseKernel(_data, Groups);
        if (_dequantize is null)
        {
            string weights = editor.AddConstant(name + "_weight", kernel.Of(phases, new byte[sizeof(float)]));
            return [weights, .. Bias(editor, nodes, name, outputs)];
        }

        // Scales run along the outputs of one group.
        int[] inGroup = [.. outputs.Select(o => o % _data.Shape[1])];
        ImmutableArray<string> parameters = [.. _dequantize.Inputs.Skip(1).Select(i => Gathered(editor, i, name + "_weight", inGroup))];
        byte[] zero = new byte[_data.Type.SizeOf()];
        if (_dequantize.Inputs.Length > 2 && _dequantize.Inputs[2].Length > 0)
            zero = editor.Constant(_dequantize.Inputs[2])!.Data.Span[.._data.Type.SizeOf()].ToArray();
        string integers = editor.AddConstant(name + "_weight_quantized", kernel.Of(phases, zero));
        return [Dequantized(editor, nodes, _dequantize, name + "_weight", [integers, .. parameters]),
            .. Bias(editor, nodes, name, outputs)];
    }

    private ImmutableArray<string> Bias(GraphEditor editor, List<Node> nodes, string name, int[] outputs)
    {
        if (_bias.Length == 0) return [];
        if (outputs.Length == Outputs) return [_bias];
        if (editor.Constant(_bias) is { } real) return [Gather(editor, _bias, real, name + "_bias", outputs)];
        Node node = editor.Producer(_bias)!;
        string integers = Gather(editor, node.Inputs[0], editor.Constant(node.Inputs[0])!, name + "_bias", outputs);
        ImmutableArray<string> parameters = [.. node.Inputs.Skip(1).Select(i => Gathered(editor, i, name + "_bias", outputs))];
        return [Dequantized(editor, nodes, node, name + "_bias", [integers, .. parameters])];
    }

    private static string Dequantized(
        GraphEditor editor, List<Node> nodes, Node node, string name, ImmutableArray<string> inputs)
    {
        string output = editor.FreshValue(name + "_dequantized");
        nodes.Add(new Node(
            "DequantizeLinear", editor.FreshNode(name + "_DequantizeLinear"), inputs, [output], node.Attributes.With("axis", 0)));
        return output;
    }

    /// <summary>Scales or zero points: a single number stands for all outputs.</summary>
    private static string Gathered(GraphEditor editor, string name, string wanted, int[] outputs) =>
        name.Length > 0 && editor.Constant(name) is { Length: > 1 } vector ? Gather(editor, name, vector, wanted, outputs) : name;

    private static string Gather(GraphEditor editor, string name, Tensor vector, string wanted, int[] outputs)
    {
        int size = vector.Type.SizeOf();
        byte[] data = [.. outputs.SelectMany(o => vector.Data.Slice(o * size, size).ToArray())];
        return editor.AddConstant($"{wanted}_{name}", new Tensor(vector.Type, new Shape(outputs.Length), data));
    }
}
