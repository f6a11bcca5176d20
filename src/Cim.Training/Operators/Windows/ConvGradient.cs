using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Windows;

/// <summary>Convolution with any strides, pads, dilations and groups over one or more spatial axes.</summary>
internal sealed class ConvGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Conv"];

    public void Differentiate(GradientContext context)
    {
        long[] weights = context.InputShape(1);
        WindowGeometry geometry = WindowGeometry.Of(context.Node, context.InputShape(0), context.OutputShape(), weights[2..]);
        var convolution = new Convolution(context, geometry, context.InputShape(0), weights, Attributes.GetInt(context.Node, "group", 1));
        string dy = context.OutputGradient;
        if (context.Needs(0))
            context.Add(0, InputGradientOfConvolution.Append(convolution, dy, context.Input(1)));
        if (context.Needs(1))
            context.Add(1, WeightGradientOfConvolution.Append(convolution, dy, context.Input(0)));
        if (context.Needs(2))
            context.Add(2, BiasGradient(context, dy, geometry.Rank));
    }

    /// <summary>The sum of dy over batch and positions.</summary>
    public static string BiasGradient(GradientContext context, string dy, int spatialRank) =>
        context.Sum(dy, [0, .. Enumerable.Range(2, spatialRank).Select(axis => (long)axis)], keepDims: false);
}

/// <summary>A convolution under differentiation: [N, C, spatial...] times [O, C / group, kernel...].</summary>
internal sealed record Convolution(GradientContext Context, WindowGeometry Geometry, long[] Input, long[] Weights, long Group)
{
    public GraphBuilder Builder => Context.Builder;

    public long Batch => Input[0];

    public long Channels => Input[1];

    public long Outputs => Weights[0];

    /// <summary>One input channel makes one output channel.</summary>
    public bool IsDepthwise => Group > 1 && Group == Channels && Group == Outputs;
}
