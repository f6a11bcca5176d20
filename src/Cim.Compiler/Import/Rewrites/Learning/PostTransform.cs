using Cim.Runtime.Program;

namespace Cim.Compiler.Import.Rewrites.Learning;

/// <summary>What the models of ai.onnx.ml do with their scores.</summary>
internal static class PostTransform
{
    public static string Write(RewriteContext context, string scores) => context.Attributes.String("post_transform", "NONE") switch
    {
        "NONE" => scores,
        "LOGISTIC" => context.Op("Sigmoid", [scores]),
        "SOFTMAX" => context.Op("Softmax", [scores], AttributeMap.Empty.With("axis", -1)),
        var other => throw context.Unsupported($"post_transform '{other}' is not supported"),
    };
}
