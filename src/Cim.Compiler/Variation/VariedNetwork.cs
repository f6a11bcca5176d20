using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Quantization;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Variation;

/// <summary>A network whose errors under variation are predicted: what it is, what it reads and what it runs on.</summary>
/// <param name="Graph">The network as imported.</param>
/// <param name="Input">Its input.</param>
/// <param name="Data">Calibration samples.</param>
/// <param name="Hardware">The hardware.</param>
internal sealed record VariedNetwork(Graph Graph, GraphInput Input, CalibrationData Data, HardwareProfile Hardware)
{
    /// <summary>How the network is quantized.</summary>
    public QuantizerOptions Quantizer { get; init; } = new();

    /// <summary>The asked probability, and how many samples and positions are looked at.</summary>
    public VariationOptions Options { get; init; } = new();

    /// <summary>The network rounded plainly: predictions compare widths, and what is chosen is then rounded with care.</summary>
    public VariedNetwork RoundedPlainly =>
        this with { Quantizer = Quantizer with { ErrorCompensationBits = 0, BiasCorrection = false } };
}
