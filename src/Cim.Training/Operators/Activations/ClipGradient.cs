using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Activations;

/// <summary>y = min(max(x, low), high): dy passes where x lies within the limits. The limits must not be trained.</summary>
internal sealed class ClipGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Clip"];

    public void Differentiate(GradientContext context)
    {
        if (context.Needs(1) || context.Needs(2))
            throw context.Unsupported("trained limits are not supported");
        context.Add(0, context.Mask(context.Builder.Op("Equal", context.Input(0), context.Output()), context.OutputGradient));
    }
}
