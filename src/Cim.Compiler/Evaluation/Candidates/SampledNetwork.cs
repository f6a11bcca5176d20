using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Quantization;

namespace Cim.Compiler.Evaluation.Candidates;

/// <summary>A float network with the samples that its candidates are fitted and measured on.</summary>
/// <param name="Graph">The float network.</param>
/// <param name="Input">Its input.</param>
/// <param name="Data">The samples, in two parts.</param>
internal sealed record SampledNetwork(Graph Graph, GraphInput Input, SearchData Data)
{
    /// <summary>How candidates are quantized; as in the final quantization.</summary>
    public QuantizerOptions Quantizer { get; init; } = new();

    /// <summary>Where quantized candidates are shared with other processes; null if they are not.</summary>
    public CandidateStore? Store { get; init; }

    /// <summary>Quantizes candidates, and remembers what it measured of the network.</summary>
    public PostTrainingQuantizer PostTraining => field ??= new PostTrainingQuantizer(Quantizer);
}
