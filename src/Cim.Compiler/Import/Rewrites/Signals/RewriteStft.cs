using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Signals;

/// <summary>STFT(signal, step, window?, length?): frames of the signal, times the window, each transformed by a DFT.</summary>
internal sealed class RewriteStft : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["STFT"];

    public void Rewrite(RewriteContext context)
    {
        string signal = context.Input(0);
        Shape shape = context.ShapeOf(signal);
        if (shape.Rank == 3 && shape[2] == 2) throw context.Unsupported("a complex signal is not supported");
        if (shape.Rank == 3) signal = context.Squeeze(signal, 2);
        int samples = shape[1];
        if (samples < 0) throw context.Unsupported("a length that depends on the batch is not supported");
        long step = context.Integers(context.Input(1), "input 1 ('frame_step')")[0];
        long length = context.Has(3) ? context.Integers(context.Input(3), "input 3 ('frame_length')")[0]
            : context.Has(2) ? context.ShapeOf(context.Input(2))[0] : samples;
        if (step < 1 || length < 1 || length > samples) throw context.Error($"frames of {length} every {step} of {samples} samples");
        int frames = (int)((samples - length) / step) + 1;
        long[] positions = new long[frames * length];
        for (int i = 0; i < positions.Length; i++) positions[i] = (i / length * step) + (i % length);
        string framed = context.Op("Gather",
            [signal, context.Constant("frames", Tensor.Create<long>(new Shape(frames, (int)length), positions))],
            AttributeMap.Empty.With("axis", 1));
        if (context.Has(2)) framed = context.Mul(framed, context.Cast(context.Input(2), ElementType.Float32));
        context.Return(context.Op("DFT", [context.Unsqueeze(framed, 3), "", context.Scalar(2L)],
            AttributeMap.Empty.With("onesided", context.Attributes.Int("onesided", 1))));
    }
}
