using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Ir;

/// <summary>
/// Biases as integers of the accumulator, whose unit is the product of input and weight scale. Where a bias is so large against that
/// unit that 32 bits cannot hold it (tiny weights, or tiny inputs), it is added after the layer as a real number instead.
/// </summary>
internal static class AccumulatorBias
{
    /// <summary>Half of what 32 bits hold: the other half is for the products.</summary>
    private const double Largest = 1 << 30;

    /// <summary>The scale of one unit of the accumulator, as the runtime and ONNX Runtime compute it.</summary>
    public static float Unit(float inputScale, float weightScale) => inputScale * weightScale;

    /// <summary>True if the accumulator's integers hold a bias.</summary>
    public static bool Fits(double bias, float unit) => bias == 0 || (float.IsNormal(unit) && Math.Abs(bias / unit) <= Largest);

    /// <summary>True if they hold the bias of every output.</summary>
    public static bool FitsAll(ReadOnlySpan<float> bias, float inputScale, ReadOnlySpan<float> weightScales)
    {
        for (int c = 0; c < bias.Length; c++)
            if (!Fits(bias[c], Unit(inputScale, weightScales[c]))) return false;
        return true;
    }

    /// <summary>The integer of a bias that fits.</summary>
    public static int Round(double bias, float unit) => bias == 0 ? 0 : checked((int)Math.Round(bias / unit));

    /// <summary>A layer without bias and an Add of its bias as real numbers.</summary>
    /// <param name="copy">Declares the values.</param>
    /// <param name="layer">The layer's node without bias; its output becomes that of the addition.</param>
    /// <param name="bias">One number per output.</param>
    /// <param name="output">The layer's output.</param>
    public static Node[] AddedAfter(GraphCopy copy, Node layer, ReadOnlySpan<float> bias, ValueInfo output)
    {
        // The outputs of a convolution are axis 1, before one or two spatial ones.
        Shape shape = layer.Op == "Conv"
            ? new Shape([bias.Length, .. Enumerable.Repeat(1, output.Shape.Rank - 2)])
            : new Shape(bias.Length);
        string constant = copy.Constant(layer.Name + "_real_bias", Tensor.Create(shape, bias));
        string product = copy.Value(layer.Outputs[0] + "_product", output);
        return
        [
            layer with { Outputs = [product] },
            new Node("Add", copy.NodeName(layer.Name + "_bias_Add"), [product, constant], layer.Outputs, AttributeMap.Empty),
        ];
    }
}
