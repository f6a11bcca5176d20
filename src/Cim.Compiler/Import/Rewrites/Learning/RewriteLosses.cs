using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Learning;

/// <summary>
/// NegativeLogLikelihoodLoss and SoftmaxCrossEntropyLoss (scores [batch, classes, ...], labels [batch, ...], weights?): the weighted
/// negative log-probability of each label, whole or reduced. Models exported with their loss have them.
/// </summary>
internal sealed class RewriteLosses : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss"];

    public void Rewrite(RewriteContext context)
    {
        string scores = context.Input(0), labels = context.Input(1);
        string logarithms = context.Node.Op == "SoftmaxCrossEntropyLoss"
            ? context.Op("LogSoftmax", [scores], AttributeMap.Empty.With("axis", 1)) : scores;
        Shape shape = context.ShapeOf(scores);
        string hit = context.Cast(context.Op("Equal",
            [Counter.Along(context, shape, 1), context.Unsqueeze(context.Cast(labels, ElementType.Int64), 1)]), ElementType.Float32);
        string loss = context.Op("Neg", [context.ReduceSum(context.Mul(hit, logarithms), keep: false, 1)]);
        string? weights = null;
        if (context.Has(2))
        {
            int[] dims = [shape[1], .. Enumerable.Repeat(1, shape.Rank - 2)];
            weights = context.ReduceSum(context.Mul(hit, context.Reshape(context.Input(2), dims)), keep: false, 1);
        }

        if (context.Attributes.Has("ignore_index"))
        {
            string ignored = context.Op("Equal",
                [context.Cast(labels, ElementType.Int64), context.Scalar(context.Attributes.Int("ignore_index", 0))]);
            weights = context.Op("Where", [ignored, context.Scalar(0f), weights ?? context.Scalar(1f)]);
        }

        if (weights is not null) loss = context.Mul(loss, weights);
        context.Return(Reduced(context, loss, weights));
        if (context.IsRead(1)) context.Return(logarithms, 1);
    }

    private static string Reduced(RewriteContext context, string loss, string? weights)
    {
        long[] all = [.. Enumerable.Range(0, context.ShapeOf(loss).Rank)];
        string Sum(string value) => context.ReduceSum(value, keep: false, all);
        return context.Attributes.String("reduction", "mean") switch
        {
            "none" => loss,
            "sum" => Sum(loss),
            _ when weights is not null => context.Div(Sum(loss), Sum(weights)),
            _ => context.Op("ReduceMean", [loss, context.Longs(all)], AttributeMap.Empty.With("keepdims", 0)),
        };
    }
}
