using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Signals;

/// <summary>MelWeightMatrix(bins, length, rate, lowest, highest) of constants: a constant matrix of triangles on the mel scale.</summary>
internal sealed class RewriteMelWeightMatrix : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["MelWeightMatrix"];

    public void Rewrite(RewriteContext context)
    {
        double At(int input) => context.Constant(context.Cast(context.Input(input), ElementType.Float32)) is { Length: 1 } value
            ? value.Span<float>()[
                0] : throw context.Error($"input {input} must be known when the model is compiled; it is computed from the data");
        (int bins, int length, double rate) = ((int)At(0), (int)At(1), At(2));
        if (bins is < 1 or > 4096 || length is < 1 or > 1 << 20) throw context.Error($"{bins} bins of a transform of {length}");
        int rows = (length / 2) + 1;
        double low = Mel(At(3)), step = (Mel(At(4)) - low) / (bins + 2);
        int[] edges = [.. Enumerable.Range(0, bins + 2).Select(i => (int)Math.Floor((length + 1) * Hertz(low + (i * step)) / rate))];
        float[] matrix = new float[rows * bins];
        for (int b = 0; b < bins; b++)
        {
            (int from, int centre, int to) = (edges[b], edges[b + 1], edges[b + 2]);
            if (centre == from && centre < rows) matrix[(centre * bins) + b] = 1;
            for (int i = from; i <= centre && i < rows && centre > from; i++) matrix[(i * bins) + b] = (float)(i - from) / (centre - from);
            for (int i = centre; i < to && i < rows && to > centre; i++) matrix[(i * bins) + b] = (float)(to - i) / (to - centre);
        }

        context.Return(context.Constant("mel", Tensor.Create<float>(new Shape(rows, bins), matrix)));
    }

    private static double Mel(double hertz) => 2595 * Math.Log10(1 + (hertz / 700));

    private static double Hertz(double mel) => 700 * (Math.Pow(10, mel / 2595) - 1);
}
