using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Learning;

/// <summary>
/// LinearClassifier of ai.onnx.ml with integer labels: the label of the largest score, and the scores. A single row of
/// coefficients decides between two labels.
/// </summary>
internal sealed class RewriteLinearClassifier : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["ai.onnx.ml.LinearClassifier"];

    public void Rewrite(RewriteContext context)
    {
        ImmutableArray<long> labels = context.Attributes.Ints("classlabels_ints");
        if (labels.IsDefaultOrEmpty && context.IsRead(0)) throw context.Unsupported("labels that are text are not supported");
        int rows = context.Attributes.Floats("intercepts") is { IsDefaultOrEmpty: false } intercepts ? intercepts.Length
            : labels.IsDefaultOrEmpty ? 1 : labels.Length;
        string scores = LinearScores.Write(context, rows);
        string both = PostTransform.Write(context, scores);
        bool isBinary = rows == 1 && (labels.IsDefaultOrEmpty || labels.Length == 2);
        if (isBinary)
        {
            bool logistic = context.Attributes.String("post_transform", "NONE") == "LOGISTIC";
            string other = logistic ? context.Sub(context.Scalar(1f), both) : context.Op("Neg", [both]);
            both = context.Concat(1, other, both);
        }

        if (context.IsRead(0))
        {
            string index = isBinary
                ? context.Squeeze(context.Cast(context.Op("Greater", [scores, context.Scalar(0f)]), ElementType.Int64), 1)
                : context.Op("ArgMax", [scores], AttributeMap.Empty.With("axis", 1).With("keepdims", 0));
            context.Return(context.Op("Gather", [context.Longs(labels.AsSpan()), index]));
        }

        context.Return(both, 1);
    }
}
