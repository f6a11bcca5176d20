using Cim.Compiler.Ir;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.QuantizationAware;

namespace Cim.Compiler.Candidates;

/// <summary>Trains the network of a compilation with its quantizers, for its own precisions or for those of a candidate.</summary>
internal interface ICandidateTrainer
{
    /// <summary>Trains from a rounded network.</summary>
    /// <param name="state">The compilation.</param>
    /// <param name="rounded">The network quantized without training: where training starts.</param>
    /// <param name="policy">The precision of each layer.</param>
    /// <param name="context">The compilation.</param>
    /// <exception cref="CimException">CIM0010: the network or the policy cannot be trained.</exception>
    TrainedNetwork Train(CompileState state, Graph rounded, QuantizationPolicy policy, CompileContext context);
}
