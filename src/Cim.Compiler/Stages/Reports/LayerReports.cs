using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Reporting;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Stages.Reports;

/// <summary>The row of a layer in the report.</summary>
internal static class LayerReports
{
    /// <summary>What the stages found of one layer.</summary>
    public static LayerReport Of(
        FusedLayer fused, WeightMemory memory, CompileState state, IReadOnlyDictionary<string, int> scaledChannels,
        HardwareProfile hardware)
    {
        MvmLayer layer = fused.Layer;
        LayerCost cost = state.Mapped!.Cost.Layers.First(l => l.Name == layer.NodeName);
        LayerError? error = state.Errors.FirstOrDefault(e => e.Name == layer.NodeName);
        ConvolutionGeometry? g = layer.Geometry;
        return new LayerReport
        {
            Name = layer.NodeName,
            Operator = layer.Op,
            InputShape = g is null ? [layer.PositionsPerImage, layer.RowsPerGroup] : [g.InputChannels, g.InputHeight, g.InputWidth],
            OutputShape = g is null ? [layer.PositionsPerImage, layer.Outputs] : [layer.Outputs, g.OutputHeight, g.OutputWidth],
            Kernel = g is null ? [] : [g.KernelHeight, g.KernelWidth],
            Groups = layer.Groups,
            Rows = layer.RowsPerGroup,
            Columns = layer.ColumnsPerGroup,
            Mvms = layer.PositionsPerImage,
            WeightBits = cost.WeightBits,
            Strips = memory.Strips(fused),
            Merged = memory.SharedColumns(fused, hardware),
            ActivationBits = fused.InputParameters.Bits,
            Input = new InputReport(
                fused.InputParameters.Signed, fused.InputParameters.ZeroPoint, fused.InputParameters.Scale,
                scaledChannels.GetValueOrDefault(layer.NodeName)),
            AdcBits = cost.AdcBits,
            Arrays = cost.Arrays,
            Utilisation = cost.Utilisation,
            Cosine = error?.Cosine,
            RelativeL2Error = error?.RelativeL2,
            OwnRelativeL2Error = error?.OwnRelativeL2,
            AdcSaturation = state.Emitted!.Saturation.TryGetValue(layer.NodeName, out double saturation) ? saturation : null,
            Variation = state.Alignment.FirstOrDefault(a => a.Name == layer.NodeName) is { } a
                ? new VariationReport(a.OutputBits, a.Layout.SliceBits, a.Layout.RowsPerTile, a.IsAligned, a.Errors.Harmless, 1
                    - a.Errors.Wrong, 1 - a.Errors.BeyondOne)
                    {
                        ColumnGroups = a.Columns is { } columns ? ColumnGroupText.Write(columns) : null,
                    } : null,
            LatencyNs = cost.LatencyNs,
            EnergyPj = cost.Energy.TotalPj,
            Energy = cost.Energy,
            Hardware = state.HardwareErrors.TryGetValue(layer.NodeName, out ImmutableArray<HardwareError> hardwareErrors)
                ? [.. hardwareErrors.Select(e => new FidelityErrorReport(e.Fidelity.ToString().ToLowerInvariant(), e.RelativeL2, e.Added))]
                : null,
            AdcConversions = cost.Events.AdcConversions,
        };
    }
}
