using System.Collections.Immutable;
using Cim.Runtime.Program;

namespace Cim.Compiler.Import.Rewrites.Microsoft;

/// <summary>The activation that ONNX Runtime's optimiser fuses into a layer, by its name and parameters.</summary>
internal static class FusedActivation
{
    /// <summary>Writes the activation; the empty name is none.</summary>
    public static string Write(RewriteContext context, string x, string name, ImmutableArray<float> parameters)
    {
        float At(int index, float orElse) => parameters.IsDefault || index >= parameters.Length ? orElse : parameters[index];
        return name switch
        {
            "" => x,
            "Relu" or "Tanh" or "Sigmoid" or "Softplus" or "Softsign" or "HardSwish" => context.Op(name, [x]),
            "LeakyRelu" => context.Op(name, [x], AttributeMap.Empty.With("alpha", At(0, 0.01f))),
            "Elu" => context.Op(name, [x], AttributeMap.Empty.With("alpha", At(0, 1))),
            "HardSigmoid" => context.Op(name, [x], AttributeMap.Empty.With("alpha", At(0, 0.2f)).With("beta", At(1, 0.5f))),
            "Clip" => context.Op(name, [x, context.Scalar(At(0, float.MinValue)), context.Scalar(At(1, float.MaxValue))]),
            _ => throw context.Unsupported($"the fused activation '{name}' is not supported"),
        };
    }
}
