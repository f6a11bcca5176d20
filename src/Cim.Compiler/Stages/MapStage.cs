using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Mapping;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Runtime;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Stages;

/// <summary>Afterwards the network is a program whose matrices lie on arrays, and its cost is known.</summary>
internal sealed class MapStage : ICompileStage
{
    public string Name => "Map";

    public string Announcement(CompileState state, CompileContext context) => "mapping";

    public CompileState Run(CompileState state, CompileContext context)
    {
        Graph quantized = state.Quantized.Quantized;
        // Training may leave a tensor without a quantizer, or replace it.
        QuantizationPolicy policy = context.Options.Training is null
            ? state.Precisions
            : PrequantizedPrecision.Apply(quantized, state.Precisions);
        (LoweredModel lowered, Cost cost) = NetworkLowering.Lower(quantized, policy, state, context);
        CheckArrays(cost, state, context);
        Cost baseline = ModelCost.Uniform(state.Shapes, 8, 8, context.Hardware, context.Options.CopiesWithin);
        return state with { Mapped = new MappedNetwork(policy, lowered, cost, baseline) };
    }

    /// <exception cref="CimException">CIM3010: more arrays than the user allows, and no search that said so already.</exception>
    private static void CheckArrays(Cost cost, CompileState state, CompileContext context)
    {
        HardwareProfile hardware = context.Hardware;
        if (context.Options.MaxArrays is { } most && cost.Arrays > most && state.Search is null)
            throw OptionError.Of(ErrorCodes.TooManyArrays,
                $"The network takes {cost.Arrays} arrays, and {OptionTable.MaxArrays.Is($"{most}")}. Use fewer weight bits, a search "
                + $"({OptionTable.Search.Named()}), larger arrays, or allow more.", context.Options.ModelPath);
        long available = hardware.AllArrays;
        if (hardware.Execution == ExecutionModel.Resident && available > 0 && cost.Arrays > available)
            context.Warn(ErrorCodes.TooManyArrays,
                $"The network needs {cost.Arrays} arrays, the chip of '{hardware.Name}' has {available}. Use fewer weight bits or a "
                + $"larger chip.");
    }
}
