namespace Cim.Compiler.Import.Rewrites;

/// <summary>Writes an operator out in operators that crossbars and kernels know, once the shapes of its inputs are known.</summary>
internal interface IOperatorRewrite
{
    /// <summary>What it rewrites: ONNX operators by name, those of other domains as <c>domain.Operator</c>.</summary>
    IReadOnlyList<string> Operators { get; }

    /// <summary>Writes the nodes that compute the outputs of <see cref="RewriteContext.Node"/>.</summary>
    /// <exception cref="Runtime.CimException">CIM0003: a variant that is not supported; CIM0004: the inputs do not fit.</exception>
    void Rewrite(RewriteContext context);
}
