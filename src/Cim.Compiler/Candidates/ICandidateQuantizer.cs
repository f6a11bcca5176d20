using Cim.Compiler.Ir;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;

namespace Cim.Compiler.Candidates;

/// <summary>Quantizes the network of a compilation without training, for its own precisions or for those of a candidate.</summary>
internal interface ICandidateQuantizer
{
    /// <summary>The network as the result of the compilation has it, with all that was asked for.</summary>
    RoundedNetwork Quantize(CompileState state, QuantizationPolicy policy, CompileContext context);

    /// <summary>The network as it is compared with others: nothing is learned and nothing chosen.</summary>
    /// <param name="state">The compilation.</param>
    /// <param name="policy">The precision of each layer.</param>
    /// <param name="context">The compilation.</param>
    /// <param name="progress">One line a step; null = none.</param>
    Graph QuantizePlainly(CompileState state, QuantizationPolicy policy, CompileContext context, IProgress<string>? progress);
}
