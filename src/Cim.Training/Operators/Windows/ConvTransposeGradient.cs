using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Windows;

/// <summary>A transposed convolution is the input gradient of a convolution with the same weights: dx is that convolution of dy, and dW its
/// weight gradient with x and dy exchanged.</summary>
internal sealed class ConvTransposeGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["ConvTranspose"];

    public void Differentiate(GradientContext context)
    {
        if (Attributes.GetString(context.Node, "auto_pad", "NOTSET") != "NOTSET"
            || Attributes.GetInts(context.Node, "output_shape", []).Length > 0)
            throw context.Unsupported("its padding is not written out; export it with pads");
        long[] weights = context.InputShape(1);
        WindowGeometry geometry = WindowGeometry.Of(context.Node, context.OutputShape(), context.InputShape(0), weights[2..]);
        long group = Attributes.GetInt(context.Node, "group", 1);
        // As a convolution it reads the outputs of this node; what output padding added beyond its windows it does not reach.
        var convolution = new Convolution(context, geometry, context.OutputShape(), weights, group);
        string dy = context.OutputGradient;
        if (context.Needs(0)) context.Add(0, Convolve(context, geometry, dy, group));
        if (context.Needs(1)) context.Add(1, WeightGradientOfConvolution.Append(convolution, context.Input(0), dy));
        if (context.Needs(2)) context.Add(2, ConvGradient.BiasGradient(context, dy, geometry.Rank));
    }

    private static string Convolve(GradientContext context, WindowGeometry geometry, string dy, long group) => context.Builder.Op(
        "Conv",
        [dy, context.Input(1)],
        Attributes.Ints("kernel_shape", geometry.Kernel),
        Attributes.Ints("strides", geometry.Strides),
        Attributes.Ints("dilations", geometry.Dilations),
        Attributes.Ints("pads", [.. geometry.PadsBegin, .. geometry.PadsEnd]),
        Attributes.Int("group", group));
}
