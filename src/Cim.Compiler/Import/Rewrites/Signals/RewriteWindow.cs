using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Signals;

/// <summary>HannWindow, HammingWindow and BlackmanWindow of a constant size: constants (formulas of the standard).</summary>
internal sealed class RewriteWindow : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["HannWindow", "HammingWindow", "BlackmanWindow"];

    public void Rewrite(RewriteContext context)
    {
        long size = context.Integers(context.Input(0), "input 0 ('size')")[0];
        if (size is < 1 or > 1 << 24) throw context.Error($"its size is {size}");
        double period = context.Attributes.Int("periodic", 1) != 0 ? size : size - 1;
        double[] cosines = context.Node.Op switch
        {
            "HannWindow" => [0.5, -0.5],
            "HammingWindow" => [25.0 / 46, -21.0 / 46],
            _ => [0.42, -0.5, 0.08],
        };
        float[] window = new float[size];
        for (int i = 0; i < window.Length; i++)
            for (int k = 0; k < cosines.Length; k++) window[i] += (float)(cosines[k] * Math.Cos(2 * Math.PI * k * i / Math.Max(1, period)));
        long type = context.Attributes.Int("output_datatype", 1);
        context.Return(context.Cast(context.Constant("window", Tensor.Create<float>(new Shape((int)size), window)),
            TensorConverter.TypeOf(checked((int)type)) ?? throw context.Unsupported($"element type {type} is not supported")));
    }
}
