using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Mapping;
using Cim.Compiler.Precision;
using Cim.Runtime;
using Cim.Runtime.Costs;

namespace Cim.Compiler.Pipeline;

/// <summary>Puts a quantized network on the arrays of a compilation: for its result, and for what the result is compared with.</summary>
internal static class NetworkLowering
{
    /// <summary>The program, and what it costs.</summary>
    public static (LoweredModel Lowered, Cost Cost) Lower(
        Graph quantized, QuantizationPolicy policy, CompileState state, CompileContext context)
    {
        var lowering = new LayerLowering(policy, context.Hardware);
        LoweredModel lowered = lowering.Lower(quantized);
        string[] requantized = [.. lowered.Layers.Where(l => l.Weights.Requantized).Select(l => l.Layer.NodeName)];
        if (requantized.Length > 0)
            context.Warn(ErrorCodes.WeightsRequantized,
                $"The model's own quantized weights do not fit 8 signed bits and were rounded again in {string.Join(", ", requantized)}; "
                + $"export it with symmetric weights to keep them exactly.");
        Cost cost = CostModel.Total(
            Replication.Apply(
                state.Shapes, (shape, copies) => lowering.CostOf(shape, lowered, copies), context.Hardware, context.Options.CopiesWithin),
            context.Hardware);
        return (lowered, cost);
    }
}
