using Cim.Compiler.Calibration;
using Cim.Compiler.Lowering;
using Cim.Compiler.Mapping;
using Cim.Compiler.Messages;
using Cim.Compiler.Ort;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Model;
using Cim.Runtime.Program;
using Cim.Runtime;

namespace Cim.Compiler.Sweep;

/// <summary>
/// Puts a compiled network on other hardware: its integers stay, it is mapped anew, and ranges and test vectors are measured
/// where the hardware asks for them. What was measured is used again for every variant with the same arrays.
/// </summary>
/// <param name="compiled">The network.</param>
/// <param name="input">Its inputs.</param>
/// <param name="calibration">Reads calibration samples; called once, if at all.</param>
internal sealed class HardwareVariants(CompiledModel compiled, GraphInput input, Func<CalibrationData> calibration)
{
    private readonly Dictionary<HardwareProfile, AnalogObservation> _observed = [];
    private CalibrationData? _samples;

    /// <summary>The network on a hardware.</summary>
    public CompiledModel On(HardwareProfile profile, CancellationToken cancellation)
    {
        if (ReferenceEquals(profile, compiled.Hardware)) return compiled;
        if (!IsPlain(compiled.Hardware)
            && (profile.WeightClipping, profile.WeightScaling) != (compiled.Hardware.WeightClipping, compiled.Hardware.WeightScaling))
            throw new CimException(ErrorCodes.ImpossibleProfileValue,
                "'weightClipping' and 'weightScaling' cannot be changed: the weights of this compiled model are scaled already. Compile "
                    + "it with weightClipping none and weightScaling column, or start from the .onnx file.");
        ModelProgram program = compiled.Program with { Layers = [.. compiled.Program.Layers.Select(l => Map(l, profile))] };
        bool sameArrays = Arrays(profile).Equals(Arrays(compiled.Hardware));
        bool needsTests = profile.ColumnCorrection != ColumnCorrection.None && program.Layers.Any(l => l.TestInputs is null);
        bool needsRanges = profile.AdcRange.Policy is AdcRangePolicy.Calibrated or AdcRangePolicy.Granular
            && program.Layers.Any(l => l.AdcBits > 0 || profile.AdcBits > 0);
        // Ranges that were measured for just these converters are better than new ones from other samples.
        bool keepsRanges = sameArrays && profile.AdcBits == compiled.Hardware.AdcBits && profile.AdcRange == compiled.Hardware.AdcRange
            && program.Layers.All(l => l.AdcCalibration is not null);
        if (needsTests || (needsRanges && !keepsRanges))
        {
            ModelProgram measured = Observe(program, profile, cancellation).Apply(program, profile);
            program = !keepsRanges ? measured : program with
            {
                Layers = [.. program.Layers.Zip(measured.Layers, (l, m) => l with { TestInputs = m.TestInputs })],
            };
        }

        return compiled with { Hardware = profile, Program = program };
    }

    private CrossbarLayer Map(CrossbarLayer layer, HardwareProfile profile)
    {
        var shape = new LayerShape(layer.Name, layer.Groups, layer.RowsPerGroup, layer.ColumnsPerGroup, layer.PositionsPerImage);
        bool usesMinimum = layer.Weights.Span<sbyte>().Contains((sbyte)-(1 << (layer.WeightBits - 1)));
        CrossbarLayer placed = layer with { Mapping = LayerMapper.Map(shape, layer.WeightBits, profile, usesMinimum) };
        return IsPlain(compiled.Hardware) ? LayerLowering.Clip(placed, profile) : placed;
    }

    private static bool IsPlain(HardwareProfile profile) =>
        profile is { WeightClipping: WeightClipping.None, WeightScaling: WeightScaling.Column };

    private AnalogObservation Observe(ModelProgram program, HardwareProfile profile, CancellationToken cancellation)
    {
        HardwareProfile key = Arrays(profile);
        if (!_observed.TryGetValue(key, out AnalogObservation? observation))
            _observed[key] = observation = AnalogObservation.Of(
                program, profile, input, _samples ??= calibration(), NoStepProgress.Instance, cancellation);
        return observation;
    }

    /// <summary>The profile with everything alike that has no part in the sums the arrays give.</summary>
    private static HardwareProfile Arrays(HardwareProfile profile)
    {
        HardwareProfile alike = profile with
        {
            AdcBits = 8,
            AdcRange = new AdcRange(AdcRangePolicy.Full),
            ColumnCorrection = ColumnCorrection.None,
        };
        alike = WithoutFigures(alike);
        // Clipping for the least square error looks at the errors of the cells, so then they matter.
        return profile.WeightClipping == WeightClipping.LeastSquares
            ? alike
            : WithoutErrors(alike) with { SpareColumns = 0, FaultRemapping = default };
    }

    /// <summary>The profile with everything alike that has no part in what cells hold, wires included.</summary>
    public static HardwareProfile Cells(HardwareProfile profile) => WithoutFigures(profile with
    {
        AdcBits = 8, AdcRange = new AdcRange(AdcRangePolicy.Full), ColumnCorrection = ColumnCorrection.None, DacBits = 1,
            AdcPerInputSlice = true,
        ReadNoiseSigma = profile.WeightClipping == WeightClipping.LeastSquares ? profile.ReadNoiseSigma : 0, AdcOffsetSigma = 0,
    });

    private static HardwareProfile WithoutErrors(HardwareProfile p) => p with
    {
        ProgrammingError = ProgrammingError.None, ReadNoiseSigma = 0, StuckOn = 0, StuckOff = 0, Drift = Drift.None, DieToDieSigma = 0,
            SpatialSigma = 0,
        SpatialLength = 1, TemperatureCoefficient = 0, Temperature = 300, AdcOffsetSigma = 0, AdcGainSigma = 0, GOn = 1, GOff = 0,
        WordLineResistance = 0, BitLineResistance = 0, DriverResistance = 0, SenseResistance = 0, IrDrop = default,
        SeparatePairArrays = false,
    };

    private static HardwareProfile WithoutFigures(HardwareProfile p) => p with
    {
        Name = "", Description = "", Cost = CostOfNothing, Sources = NoSources, ReadLatency = 0, WriteLatency = 0, AdcLatency = 0,
            ColumnsPerAdc = 1,
        ArraysPerCore = 1, Cores = 0, AdcLatencyScaling = default, AdcExtraCycles = 0, PipelinedConversion = false, Execution = default,
        MapsDynamicMatMul = false,
    };

    private static CostFigures CostOfNothing { get; } = new();

    private static IReadOnlyDictionary<string, string> NoSources { get; } = new Dictionary<string, string>();
}
