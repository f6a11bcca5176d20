using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes;

/// <summary>A Conv or Gemm whose float weights and bias are constants, so that scales and shifts next to it can be folded in.</summary>
internal sealed class LinearLayer
{
    private readonly Node _node;
    private readonly Tensor _weights;
    private readonly float[] _bias;

    private LinearLayer(Node node, Tensor weights, float[] bias) => (_node, _weights, _bias) = (node, weights, bias);

    /// <summary>Output channels.</summary>
    public int Outputs => _bias.Length;

    /// <summary>The axis of the output that counts the output channels.</summary>
    public static int OutputAxis => 1;

    public bool IsConvolution => _node.Op == "Conv";

    /// <summary>True if positions outside the input take part (as zeros).</summary>
    public bool HasPadding => _node.Attributes.Ints("pads") is { IsDefault: false } pads && pads.Any(p => p != 0);

    /// <summary>The layer that computes a value nobody but one node reads, or null.</summary>
    public static LinearLayer? Before(GraphEditor editor, string value) =>
        editor.OnlyReader(value) is not null && editor.Producer(value) is { } node ? Of(editor, node) : null;

    /// <summary>The node as a linear layer; null if it is none, or its weights are computed, quantized or in another form.</summary>
    public static LinearLayer? Of(GraphEditor editor, Node node)
    {
        if (node.Op is not ("Conv" or "Gemm") || node.Inputs.Length < 2 || node.Attributes.Has("auto_pad")) return null;
        if (editor.Constant(node.Inputs[1]) is not { Type: ElementType.Float32 } weights) return null;
        if (node.Op == "Gemm" && (weights.Shape.Rank != 2 || node.Attributes.Int("transA", 0) != 0 || node.Attributes.Int("transB", 0) == 0
            || node.Attributes.Float("alpha", 1) != 1 || node.Attributes.Float("beta", 1) != 1)) return null;

        float[] bias = new float[weights.Shape[0]];
        if (node.Inputs.Length > 2 && node.Inputs[2].Length > 0)
        {
            if (editor.Constant(node.Inputs[2]) is not { Type: ElementType.Float32 } b || b.Length != bias.Length) return null;
            b.Span<float>().CopyTo(bias);
        }

        return new LinearLayer(node, weights, bias);
    }

    /// <summary>y = scale[o] * y + shift[o], moved into weights and bias.</summary>
    public void ScaleOutputs(GraphEditor editor, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift)
    {
        float[] weights = _weights.Span<float>().ToArray();
        float[] bias = new float[Outputs];
        int row = weights.Length / Math.Max(1, Outputs);
        for (int o = 0; o < Outputs; o++)
        {
            if (scale[o] != 1)
                foreach (ref float w in weights.AsSpan(o * row, row)) w *= scale[o];
            bias[o] = (float)(((double)_bias[o] * scale[o]) + shift[o]);
        }

        Write(editor, weights, bias);
    }

    /// <summary>What happens to input channel c before the layer, x = scale[c] * x + shift[c], moved into weights and bias.</summary>
    /// <remarks>A shift is only right without padding: the zeros outside would have to be shifted too.</remarks>
    public void ScaleInputs(GraphEditor editor, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift)
    {
        float[] weights = _weights.Span<float>().ToArray();
        float[] bias = [.. _bias];
        int perGroup = _weights.Shape[1], outputsPerGroup = Outputs / Groups;
        int kernel = weights.Length / Math.Max(1, Outputs * perGroup);
        for (int o = 0; o < Outputs; o++)
        {
            double sum = 0;
            for (int c = 0; c < perGroup; c++)
            {
                int channel = (o / outputsPerGroup * perGroup) + c;
                foreach (ref float w in weights.AsSpan(((o * perGroup) + c) * kernel, kernel))
                {
                    sum += (double)w * shift[channel];
                    w *= scale[channel];
                }
            }

            bias[o] = (float)(bias[o] + sum);
        }

        Write(editor, weights, bias);
    }

    /// <summary>Groups of a convolution, else 1.</summary>
    public int Groups => IsConvolution ? checked((int)_node.Attributes.Int("group", 1)) : 1;

    /// <summary>Input channels of all groups.</summary>
    public int Inputs => _weights.Shape[1] * Groups;

    private void Write(GraphEditor editor, float[] weights, float[] bias)
    {
        string w = Store(editor, _node.Inputs[1], _node.Inputs[1], Tensor.Create<float>(_weights.Shape, weights));
        string? old = _node.Inputs.Length > 2 && _node.Inputs[2].Length > 0 ? _node.Inputs[2] : null;
        string b = bias.AsSpan().ContainsAnyExcept(0f) || old is not null
            ? Store(editor, old, old ?? _node.Name + "_bias", Tensor.Create<float>(new Shape(bias.Length), bias)) : "";
        ImmutableArray<string> inputs = b.Length > 0 ? [_node.Inputs[0], w, b] : [_node.Inputs[0], w];
        editor.Replace(editor.Find(_node.Name)!, _node with { Inputs = inputs });
    }

    /// <summary>Keeps the constant's name where this layer is its only reader.</summary>
    private static string Store(GraphEditor editor, string? old, string wanted, Tensor value)
    {
        if (old is null || editor.OnlyReader(old) is null) return editor.AddConstant(wanted, value);
        editor.SetConstant(old, value);
        return old;
    }
}
