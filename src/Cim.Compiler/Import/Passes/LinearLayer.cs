using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes;

/// <summary>A Conv, ConvTranspose or Gemm whose float weights and bias are constants, so that scales and shifts next to it can be folded
/// in.</summary>
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

    private bool IsConvolution => _node.Op is "Conv" or "ConvTranspose";

    private bool IsTransposed => _node.Op == "ConvTranspose";

    /// <summary>True if positions outside the input take part (as zeros), or fewer inputs reach some outputs than others.</summary>
    public bool HasPadding => IsTransposed || _node.Attributes.Ints("pads") is { IsDefault: false } pads && pads.Any(p => p != 0);

    /// <summary>The layer that computes a value nobody but one node reads, or null.</summary>
    public static LinearLayer? Before(GraphEditor editor, string value) =>
        editor.OnlyReader(value) is not null && editor.Producer(value) is { } node ? Of(editor, node) : null;

    /// <summary>The node as a linear layer; null if it is none, or its weights are computed, quantized or in another form.</summary>
    public static LinearLayer? Of(GraphEditor editor, Node node)
    {
        if (node.Op is not ("Conv" or "ConvTranspose" or "Gemm") || node.Inputs.Length < 2) return null;
        if (node.Op == "Conv" && node.Attributes.Has("auto_pad")) return null;
        if (editor.Constant(node.Inputs[1]) is not { Type: ElementType.Float32 } weights) return null;
        if (node.Op == "Gemm" && (weights.Shape.Rank != 2 || node.Attributes.Int("transA", 0) != 0 || node.Attributes.Int("transB", 0) == 0
            || node.Attributes.Float("alpha", 1) != 1 || node.Attributes.Float("beta", 1) != 1)) return null;

        float[] bias = new float[node.Op == "ConvTranspose"
            ? weights.Shape[1] * checked((int)node.Attributes.Int("group", 1))
            : weights.Shape[0]];
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
        int kernel = Kernel;
        for (int i = 0; i < weights.Length; i++)
        {
            float factor = scale[Position(i / kernel).Output];
            if (factor != 1) weights[i] *= factor;
        }

        for (int o = 0; o < Outputs; o++) bias[o] = (float)(((double)_bias[o] * scale[o]) + shift[o]);
        Write(editor, weights, bias);
    }

    /// <summary>What happens to input channel c before the layer, x = scale[c] * x + shift[c], moved into weights and bias.</summary>
    /// <remarks>A shift is only right without padding: the zeros outside would have to be shifted too.</remarks>
    public void ScaleInputs(GraphEditor editor, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift)
    {
        float[] weights = _weights.Span<float>().ToArray();
        double[] sums = new double[Outputs];
        int kernel = Kernel;
        for (int i = 0; i < weights.Length; i++)
        {
            (int output, int channel) = Position(i / kernel);
            sums[output] += (double)weights[i] * shift[channel];
            weights[i] *= scale[channel];
        }

        float[] bias = [.. _bias.Select((b, o) => (float)(b + sums[o]))];
        Write(editor, weights, bias);
    }

    /// <summary>Groups of a convolution, else 1.</summary>
    private int Groups => IsConvolution ? checked((int)_node.Attributes.Int("group", 1)) : 1;

    /// <summary>Input channels of all groups.</summary>
    public int Inputs => IsTransposed ? _weights.Shape[0] : _weights.Shape[1] * Groups;

    /// <summary>Weights between one input channel and one output.</summary>
    private int Kernel => Math.Max(1, _weights.Length / Math.Max(1, _weights.Shape[0] * _weights.Shape[1]));

    /// <summary>The output and the input channel that a row of the kernel, counted over the first two axes, joins.</summary>
    private (int Output, int Channel) Position(int row)
    {
        (int first, int second) = (row / _weights.Shape[1], row % _weights.Shape[1]);
        int group = first / (_weights.Shape[0] / Groups) * _weights.Shape[1];
        return IsTransposed ? (group + second, first) : (first, group + second);
    }

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
