using static TorchSharp.torch;

namespace Cim.Training.Torch.Operators;

/// <summary>
/// Quantization with straight-through gradients and a learned step, as <see cref="Cim.Training.Operators.Quantizers.FakeQuantize"/> defines
/// it. Arguments: x, step, lowest and highest code, offset and spacing or null, factor of the step's gradient or null, numbers that share a
/// step. Results: step * code, code.
/// </summary>
internal sealed class FakeQuantizeFunction : autograd.MultiTensorFunction<FakeQuantizeFunction>
{
    private const string Elements = "elements";

    public override string Name => nameof(FakeQuantizeFunction);

    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        (Tensor x, Tensor step, Tensor low, Tensor high) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (Tensor)vars[3]);
        Tensor ratio = x / step;
        Tensor clipped = maximum(minimum(ratio, high), low);
        Tensor inside = ratio.eq(clipped);
        Tensor code = vars[4] is Tensor offset && vars[5] is Tensor spacing
            ? clipped.sub_(offset).div_(spacing).round_().mul_(spacing).add_(offset)
            : clipped.round_();
        ctx.save_for_backward(vars[6] is Tensor rate ? [ratio, inside, code, step, high, rate] : [ratio, inside, code, step, high]);
        ctx.save_data(Elements, vars[7]);
        return [code * step, code];
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
    {
        List<Tensor> saved = ctx.get_saved_variables();
        (Tensor ratio, Tensor inside, Tensor code, Tensor step, Tensor high) = (saved[0], saved[1], saved[2], saved[3], saved[4]);
        Tensor dy = grad_outputs[0];
        Tensor dx = dy * inside;
        Tensor error = SumTo((dy * code).sub_(dx * ratio), step.shape);
        Tensor ds = saved.Count > 5 ? error * saved[5] : error / (high * (double)ctx.get_data(Elements)).sqrt();
        return [dx, ds, null!, null!, null!, null!, null!, null!];
    }

    /// <summary>The sum over axes along which a value of this shape was broadcast.</summary>
    private static Tensor SumTo(Tensor value, long[] dims)
    {
        if (value.shape.SequenceEqual(dims))
            return value;
        int extra = value.shape.Length - dims.Length;
        long[] axes = [.. Enumerable.Range(0, value.shape.Length)
            .Where(axis => axis < extra || (dims[axis - extra] == 1 && value.shape[axis] != 1)).Select(axis => (long)axis)];
        return (axes.Length == 0 ? value : value.sum(axes, true)).reshape(dims);
    }
}
