using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Quantization;

namespace Cim.Compiler.Stages;

/// <summary>What the selection of strips and of shared columns is asked, alike for both.</summary>
internal static class SavingRequests
{
    /// <summary>The network of a state with the samples that evaluate it, and the budget of a compilation.</summary>
    /// <exception cref="CimException">CIM3011: there are too few samples to evaluate with.</exception>
    public static SavingRequest Of(CompileState state, CompileContext context)
    {
        CompileOptions options = context.Options;
        return new SavingRequest(
            context.Sources.Scored(state.Graph, state.Input), state.Input, context.Hardware,
            context.Sources.ReadSearchData(state.Graph, state.Input, context.Cancellation))
        {
            Quantizer = new QuantizerOptions { Range = options.Range },
            MaxLoss = options.MaxAccuracyLoss ?? CompileOptions.DefaultSearchLoss,
            Seed = options.Seed,
        };
    }
}
