using static TorchSharp.torch;

namespace Cim.Training.Torch.Operators;

/// <summary>
/// Values whose gradient is not their derivative. Autograd is led past them by terms that are exactly zero, x - detach(x), and carry the
/// gradient that is wanted: everything stays native, also on the threads of a graphics processor, where a function of ours could not be
/// called back.
/// </summary>
internal static class StraightThrough
{
    private static readonly TorchSharp.Scalar _one = 1;

    /// <summary>A value in place of another that only carries the gradient: y = value, d(carrier) = dy / step, or dy without a
    /// step.</summary>
    public static Tensor Replace(Tensor carrier, Tensor value, Tensor? step)
    {
        Tensor nothing = carrier - carrier.detach();
        return value.detach() + (step is null ? nothing : nothing / step.detach());
    }

    /// <summary>
    /// Quantization with a learned step, as <see cref="Cim.Training.Operators.Quantizers.FakeQuantize"/> defines it: dx = dy inside the
    /// limits, ds = rate * sum(dy (code - x / s inside, code outside)).
    /// </summary>
    /// <param name="x">What is quantized.</param>
    /// <param name="step">The step, broadcast to x.</param>
    /// <param name="limits">The lowest and the highest code.</param>
    /// <param name="levels">Offset and spacing of the codes; null = whole numbers.</param>
    /// <param name="rate">The factor of the step's gradient.</param>
    /// <returns>step * code, and code.</returns>
    public static (Tensor Value, Tensor Code) Quantize(
        Tensor x, Tensor step, (Tensor Low, Tensor High) limits, (Tensor Offset, Tensor Spacing)? levels, Tensor rate)
    {
        Tensor value, code, inside, slope;
        using (no_grad())
        {
            Tensor ratio = x / step;
            Tensor clipped = maximum(minimum(ratio, limits.High), limits.Low);
            inside = ratio.eq(clipped).to(x.dtype);
            code = levels is { } spaced
                ? clipped.sub_(spaced.Offset).div_(spaced.Spacing).round_().mul_(spaced.Spacing).add_(spaced.Offset)
                : clipped.round_();
            value = code * step;
            slope = code - ratio.mul_(inside);
        }

        if (x.requires_grad)
            value = addcmul(value, inside, x - x.detach(), _one);
        if (step.requires_grad)
            value = addcmul(value, slope, (step - step.detach()) * rate.detach(), _one);
        return (value, code);
    }
}
