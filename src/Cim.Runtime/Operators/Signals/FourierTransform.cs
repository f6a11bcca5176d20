using Cim.Runtime.Program;

namespace Cim.Runtime.Operators.Signals;

/// <summary>
/// DFT(input, dft_length?, axis?) of opset 20: the discrete Fourier transform along an axis (default -2) of real or complex numbers, whose
/// parts are the last axis; attributes <c>inverse</c> and <c>onesided</c>. Shorter signals are filled up with zeros.
/// </summary>
internal sealed class FourierTransform(AttributeMap attributes) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Float(0, "input");
        int rank = x.Shape.Rank;
        if (rank < 2 || x.Shape[rank - 1] is not (1 or 2)) throw Error($"input {x.Shape}: the last axis has the 1 or 2 parts of numbers.");
        int axis = Axis(inputs.ConstantIntegers(2, "axis") is { Length: > 0 } given ? given[0] : -2, rank);
        if (axis == rank - 1) throw Error("the axis of the parts of numbers cannot be transformed.");
        int size = x.Shape[axis], parts = x.Shape[rank - 1];
        long length = inputs.ConstantIntegers(1, "dft_length") is { Length: > 0 } asked ? asked[0] : size;
        if (length is < 1 or > 1 << 20) throw Error($"dft_length is {length}.");
        bool inverse = attributes.Int("inverse", 0) != 0, onesided = attributes.Int("onesided", 0) != 0;
        if (onesided && (inverse || parts == 2)) throw Error("onesided is for the transform of real numbers.");
        int n = (int)length, bins = onesided ? (n / 2) + 1 : n;
        long[] dims = x.Shape.ToLongs();
        (dims[axis], dims[rank - 1]) = (bins, 2);
        int outer = x.Shape.Product(0, axis), inner = x.Shape.Product(axis + 1, rank - 1), used = Math.Min(size, n);
        double[] cos = new double[n], sin = new double[n];
        for (int i = 0; i < n; i++) (sin[i], cos[i]) = Math.SinCos((inverse ? 2 : -2) * Math.PI * i / n);
        double scale = inverse ? 1.0 / n : 1;
        return new Kernel(Output(ElementType.Float32, dims), (in KernelCall c) =>
        {
            ReadOnlySpan<float> source = c.Input<float>(0);
            Span<float> y = c.Output<float>(0);
            for (int row = 0; row < outer * inner; row++)
            {
                int o = row / inner, i = row % inner;
                for (int k = 0; k < bins; k++)
                {
                    double real = 0, imaginary = 0;
                    for (int j = 0, turn = 0; j < used; j++)
                    {
                        int at = ((((o * size) + j) * inner) + i) * parts;
                        double re = source[at], im = parts == 2 ? source[at + 1] : 0;
                        real += (re * cos[turn]) - (im * sin[turn]);
                        imaginary += (re * sin[turn]) + (im * cos[turn]);
                        turn += k;
                        if (turn >= n) turn -= n;
                    }

                    int to = ((((o * bins) + k) * inner) + i) * 2;
                    (y[to], y[to + 1]) = ((float)(real * scale), (float)(imaginary * scale));
                }
            }
        });
    }
}
