using Cim.Runtime.Operators.Movement;

namespace Cim.Runtime.Operators.Spatial;

/// <summary>DepthToSpace with attributes <c>blocksize</c> and <c>mode</c> (DCR, default, or CRD), and its inverse SpaceToDepth, on every
/// element type.</summary>
internal sealed class DepthToSpace(long blockSize, string mode, bool inverse) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "input");
        if (x.Shape.Rank != 4) throw Error($"input {x.Shape} must have 4 axes.");
        if (blockSize is < 1 or > 32768) throw Error($"blocksize {blockSize} must be positive.");
        if (mode is not ("DCR" or "CRD")) throw Error($"mode '{mode}' is unknown (DCR, CRD).");
        int b = (int)blockSize, n = x.Shape[0], c = x.Shape[1], h = x.Shape[2], w = x.Shape[3];
        int size = x.Type.SizeOf();
        if (inverse)
        {
            if (h % b != 0 || w % b != 0) throw Error($"blocksize {b} does not divide {x.Shape}.");
            TensorInfo packed = Output(x.Type, n, (long)c * b * b, h / b, w / b);
            // Output axes (n, by, bx, c, y, x) read input (n, c, y*b+by, x*b+bx).
            return Copy(packed, size, [n, b, b, c, h / b, w / b], [c * h * w, w, 1, h * w, b * w, b]);
        }

        if (c % (b * b) != 0) throw Error($"{c} channels are no multiple of blocksize^2 = {b * b}.");
        int depth = c / (b * b), plane = h * w;
        TensorInfo output = Output(x.Type, n, depth, (long)h * b, (long)w * b);
        // Output axes (n, depth, y, by, x, bx); the channel is (by, bx, depth) in DCR, (depth, by, bx) in CRD.
        bool dcr = mode == "DCR";
        return Copy(output, size, [n, depth, h, b, w, b],
            [c * plane, dcr ? plane : b * b * plane, w, dcr ? b * depth * plane : b * plane, 1, dcr ? depth * plane : plane]);
    }

    private static Kernel Copy(TensorInfo output, int elementSize, int[] dims, int[] strides)
    {
        var copy = new StridedCopy(elementSize, dims, strides, 0);
        return new Kernel(output, (in KernelCall c) => copy.Run(c.Input(0), c.Output(0)));
    }
}
