using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Messages;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Blocks;
using Cim.Runtime.Crossbar.Calibration;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Execution;
using Cim.Runtime.Hardware;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Evaluation.Candidates;

/// <summary>
/// A network compiled at one policy whose conversion widths can be set layer by layer and whose outputs are simulated through
/// the converters. Ranges are calibrated for each width from one histogram of each layer's sums.
/// </summary>
internal sealed class AdcNetwork
{
    /// <summary>The width of a layer that is computed without converters.</summary>
    public const int Ideal = -1;

    private const int RunBatch = 8;

    private readonly ModelProgram _program;
    private readonly HardwareProfile _hardware;
    private readonly GraphInput _input;
    private readonly AdcCalibrator[][] _calibrators;
    private readonly Dictionary<(int Layer, int Bits), PreparedLayer> _prepared = [];

    /// <param name="graph">The float network.</param>
    /// <param name="input">Its input.</param>
    /// <param name="hardware">The hardware.</param>
    /// <param name="fit">Samples quantizers and ranges are fitted on.</param>
    /// <param name="policy">Widths of weights and activations.</param>
    /// <param name="quantizer">As of the final quantization.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public AdcNetwork(
        Graph graph, GraphInput input, HardwareProfile hardware, CalibrationData fit, QuantizationPolicy policy,
        PostTrainingQuantizer quantizer, CancellationToken cancellation)
        : this(quantizer.Quantize(graph, input, fit, policy, null, cancellation), input, hardware, fit, policy,
            cancellation)
    {
    }

    /// <param name="quantized">The network with quantizers.</param>
    /// <param name="input">Its input.</param>
    /// <param name="hardware">The hardware.</param>
    /// <param name="fit">Samples ranges are fitted on.</param>
    /// <param name="policy">Widths of weights and activations.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public AdcNetwork(Graph quantized, GraphInput input, HardwareProfile hardware, CalibrationData fit, QuantizationPolicy policy,
        CancellationToken cancellation)
    {
        (_hardware, _input) = (hardware, input);
        _program = new LayerLowering(policy, hardware).Lower(quantized, _ => 0).Program;
        _calibrators = AnalogSums.Of(_program, hardware, input, fit, NoStepProgress.Instance, cancellation);
    }

    /// <summary>Multiplications of one sample.</summary>
    public double MacsPerImage =>
        _program.Layers.Select((l, i) => (double)l.Outputs * l.RowsPerGroup * l.PositionsPerImage * _program.StepsOf(i).Count()).Sum();

    /// <summary>The layers, in the order they run.</summary>
    public IEnumerable<string> Layers => _program.Layers.Select(l => l.Name);

    /// <summary>Outputs of the first samples, one after the other.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="adcBits">Conversion width of a layer by name: <see cref="Ideal"/>, 0 = the profile's, or bits.</param>
    /// <param name="cancellation">Checked between batches.</param>
    public float[] Run(CalibrationData data, int limit, Func<string, int> adcBits, CancellationToken cancellation)
    {
        PreparedLayer[] layers = [.. _program.Layers.Select((l, i) => Prepare(i, adcBits(l.Name)))];
        string output = _program.Values[_program.Outputs[0]].Name;
        var wanted = new HashSet<string>([output], StringComparer.Ordinal);
        SampleRun[] runs = [.. data.Runs(_input, RunBatch, limit)];
        var results = new float[runs.Length][];
        Parallel.For(0, runs.Length, new ParallelOptions { CancellationToken = cancellation },
            r => results[r] = ProgramTrace.Run(_program, layers, runs[r].Tensors(), runs[r].First, wanted)[output].Floats());
        return [.. results.SelectMany(r => r)];
    }

    private PreparedLayer Prepare(int index, int bits)
    {
        if (_prepared.TryGetValue((index, bits), out PreparedLayer? known)) return known;
        CrossbarLayer layer = _program.Layers[index];
        if (bits >= 0)
        {
            layer = layer with { AdcBits = bits };
            if (_hardware.AdcRange.Policy is AdcRangePolicy.Calibrated or AdcRangePolicy.Granular)
                layer = BlockParts.Calibrated(layer,
                    [.. _calibrators[index].Select(c => c.Choose(AdcRangeChoice.LeastSquares, bits > 0 ? bits : _hardware.AdcBits))]);
        }

        return _prepared[(index, bits)] = CrossbarSimulator.Prepare(layer, index, _hardware, bits < 0 ? Fidelity.Exact : Fidelity.Adc, 0);
    }
}
