using static TorchSharp.torch;

namespace Cim.Training.Torch.Operators;

/// <summary>
/// A value in place of another that only carries the gradient: y = value, d(carrier) = dy / step, or dy without a step.
/// Arguments: carrier, value, step or null.
/// </summary>
internal sealed class StraightThrough : autograd.SingleTensorFunction<StraightThrough>
{
    public override string Name => nameof(StraightThrough);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.save_for_backward(vars[2] is Tensor step ? [step] : []);
        return ((Tensor)vars[1]).alias();
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        List<Tensor> saved = ctx.get_saved_variables();
        return [saved.Count > 0 ? grad_output / saved[0] : grad_output, null!, null!];
    }
}
