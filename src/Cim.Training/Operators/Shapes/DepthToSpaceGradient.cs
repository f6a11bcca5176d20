using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Shapes;

/// <summary>Channels and positions exchanged: dy is moved back.</summary>
internal sealed class DepthToSpaceGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["DepthToSpace", "SpaceToDepth"];

    public void Differentiate(GradientContext context)
    {
        long block = Attributes.GetInt(context.Node, "blocksize", 1);
        bool toSpace = context.Node.OpType == "DepthToSpace";
        long[] dims = toSpace ? context.InputShape(0) : context.OutputShape();
        (long n, long c, long h, long w) = (dims[0], dims[1] / (block * block), dims[2], dims[3]);
        bool channelsFirst = toSpace && Attributes.GetString(context.Node, "mode", "DCR") == "CRD";
        if (toSpace)
        {
            // [n, c, h, block, w, block] back to the order of the channels.
            string parts = context.Reshape(context.OutputGradient, [n, c, h, block, w, block]);
            string moved = channelsFirst ? context.Transpose(parts, 0, 1, 3, 5, 2, 4) : context.Transpose(parts, 0, 3, 5, 1, 2, 4);
            context.Add(0, context.Reshape(moved, dims));
            return;
        }

        string channels = context.Reshape(context.OutputGradient, [n, block, block, c, h, w]);
        context.Add(0, context.Reshape(context.Transpose(channels, 0, 3, 4, 1, 5, 2), context.InputShape(0)));
    }
}
