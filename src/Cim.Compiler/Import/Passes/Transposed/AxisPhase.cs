using System.Collections.Immutable;
using Cim.Runtime.Operators.Spatial;

namespace Cim.Compiler.Import.Passes.Transposed;

/// <summary>
/// Along one axis, the output positions <c>Stride * q + Phase</c> of a transposed convolution as an ordinary convolution of stride 1:
/// only the kernel positions k with <c>k * dilation = Phase + padding (mod stride)</c> reach them, each from an input of its own.
/// </summary>
/// <param name="Count">Positions q of this phase inside the output.</param>
/// <param name="Taps">Kernel positions in the order of the inputs they read; none if nothing reaches this phase.</param>
/// <param name="Dilation">Distance of those inputs.</param>
/// <param name="Begin">Zeros before the input; negative: inputs that are not read.</param>
/// <param name="End">Zeros behind the input; negative: inputs that are not read.</param>
internal sealed record AxisPhase(int Count, ImmutableArray<int> Taps, int Dilation, int Begin, int End)
{
    /// <summary>Kernel size of the ordinary convolution; a phase that nothing reaches has one weight of zero.</summary>
    public int Kernel => Math.Max(1, Taps.Length);

    /// <summary>All phases of an axis.</summary>
    /// <param name="g">The transposed convolution.</param>
    /// <param name="axis">Of <paramref name="g"/>.</param>
    public static ImmutableArray<AxisPhase> Of(WindowGeometry g, int axis) =>
        [.. Enumerable.Range(0, g.Stride[axis]).Select(phase => Of(g, axis, phase))];

    /// <summary>The phase with as many positions as the first, so that all can be computed at once.</summary>
    public AxisPhase Longer(int count) => this with { Count = count, End = End + count - Count };

    /// <summary>True if both read the same inputs for each position.</summary>
    public bool SameWindow(AxisPhase other) =>
        (Kernel, Dilation, Begin) == (other.Kernel, other.Dilation, other.Begin);

    private static AxisPhase Of(WindowGeometry g, int axis, int phase)
    {
        int stride = g.Stride[axis], inputs = g.Output[axis], outputs = g.Input[axis];
        int count = Math.Max(1, (outputs - phase + stride - 1) / stride); // a phase behind a very small output is cut off later
        int first = (phase + g.PadBegin[axis]) / stride, rest = (phase + g.PadBegin[axis]) % stride;

        // Position q reads input q + first - m through kernel position k with m = (k * dilation - rest) / stride.
        (int Tap, int Lag)[] taps = [.. Enumerable.Range(0, g.Kernel[axis]).Select(k => (Tap: k, Distance: (k * g.Dilation[axis]) - rest))
            .Where(t => t.Distance % stride == 0).Select(t => (t.Tap, Lag: t.Distance / stride)).OrderByDescending(t => t.Lag)];
        if (taps.Length == 0 || first - taps[0].Lag >= inputs || count - 1 + first - taps[^1].Lag < 0)
            return new AxisPhase(count, [], 1, 0, count - inputs);
        int dilation = taps.Length > 1 ? taps[0].Lag - taps[1].Lag : 1;
        return new AxisPhase(
            count, [.. taps.Select(t => t.Tap)], dilation, taps[0].Lag - first, count - inputs + first - taps[^1].Lag);
    }
}
