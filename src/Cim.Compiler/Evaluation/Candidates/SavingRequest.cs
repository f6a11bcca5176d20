using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Quantization;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Evaluation.Candidates;

/// <summary>A network whose weights are to take fewer cells, and the loss that this may cost.</summary>
/// <param name="Graph">The float network.</param>
/// <param name="Input">Its input.</param>
/// <param name="Hardware">The hardware.</param>
/// <param name="Data">Samples; null only where the saving is fixed, so that nothing has to be evaluated.</param>
internal sealed record SavingRequest(Graph Graph, GraphInput Input, HardwareProfile Hardware, SearchData? Data)
{
    /// <summary>How candidates are quantized; as in the final quantization.</summary>
    public QuantizerOptions Quantizer { get; init; } = new();

    /// <summary>Percentage points, where the saving is not fixed.</summary>
    public required double MaxLoss { get; init; }

    /// <summary>Of all that is drawn.</summary>
    public required ulong Seed { get; init; }
}
