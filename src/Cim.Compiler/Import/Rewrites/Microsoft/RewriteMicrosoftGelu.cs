using Cim.Runtime.Program;

namespace Cim.Compiler.Import.Rewrites.Microsoft;

/// <summary>Gelu, BiasGelu, FastGelu and QuickGelu as ONNX Runtime's optimiser writes them.</summary>
internal sealed class RewriteMicrosoftGelu : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } =
        ["com.microsoft.Gelu", "com.microsoft.BiasGelu", "com.microsoft.FastGelu", "com.microsoft.QuickGelu"];

    public void Rewrite(RewriteContext context)
    {
        string x = context.Input(0);
        if (context.Has(1)) x = context.Add(x, context.Input(1));
        context.Return(context.Node.Op switch
        {
            "com.microsoft.QuickGelu" => context.Mul(x, context.Op("Sigmoid", [context.Mul(x, context.Attributes.Float("alpha", 1.702f))])),
            "com.microsoft.FastGelu" => context.Op("Gelu", [x], AttributeMap.Empty.With("approximate", "tanh")),
            _ => context.Op("Gelu", [x]),
        });
    }
}
