using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes.Transposed;

/// <summary>Picks the weights of phases out of a transposed kernel, whatever type they have.</summary>
/// <param name="weights">[channels, outputs / group, kernel ...].</param>
/// <param name="groups">Groups of the convolution.</param>
internal sealed class PhaseKernel(Tensor weights, int groups)
{
    private readonly int _size = weights.Type.SizeOf();

    /// <summary>Input channels of one group.</summary>
    public int GroupInputs => weights.Shape[0] / groups;

    /// <summary>Outputs of one group.</summary>
    public int GroupOutputs => weights.Shape[1];

    /// <summary>The kernel [group * phases * outputs / group, channels / group, phase kernel ...] of an ordinary convolution that computes
    /// the outputs of all these phases, which have one window.</summary>
    /// <param name="phases">Each with one entry per spatial axis.</param>
    /// <param name="zero">What stands for zero: the zero point of integers.</param>
    public Tensor Of(ImmutableArray<ImmutableArray<AxisPhase>> phases, ReadOnlySpan<byte> zero)
    {
        int[] extents = [.. phases[0].Select(p => p.Kernel)];
        int taps = extents.Aggregate(1, (a, b) => a * b), spatial = weights.Length / Math.Max(1, weights.Shape[0] * weights.Shape[1]);
        var shape = new Shape([groups * phases.Length * GroupOutputs, GroupInputs, .. extents]);
        byte[] data = new byte[shape.Elements * _size];
        ReadOnlySpan<byte> source = weights.Data.Span;
        int at = 0;
        for (int group = 0; group < groups; group++)
        {
            foreach (ImmutableArray<AxisPhase> phase in phases)
            {
                int[] from = [.. Enumerable.Range(0, taps).Select(t => Position(phase, extents, t))];
                for (int o = 0; o < GroupOutputs; o++)
                {
                    for (int c = 0; c < GroupInputs; c++)
                    {
                        int row = ((((group * GroupInputs) + c) * GroupOutputs) + o) * spatial;
                        foreach (int position in from)
                        {
                            ReadOnlySpan<byte> element = position < 0 ? zero : source.Slice((row + position) * _size, _size);
                            element.CopyTo(data.AsSpan(at));
                            at += _size;
                        }
                    }
                }
            }
        }

        return new Tensor(weights.Type, shape, data);
    }

    /// <summary>The kernel position behind a tap of a phase, or -1 if nothing reaches it.</summary>
    private int Position(ImmutableArray<AxisPhase> phase, int[] extents, int tap)
    {
        int position = 0, divisor = extents.Aggregate(1, (a, b) => a * b);
        for (int axis = 0; axis < extents.Length; axis++)
        {
            divisor /= extents[axis];
            if (phase[axis].Taps.IsEmpty) return -1;
            position = (position * weights.Shape[axis + 2]) + phase[axis].Taps[tap / divisor % extents[axis]];
        }

        return position;
    }
}
