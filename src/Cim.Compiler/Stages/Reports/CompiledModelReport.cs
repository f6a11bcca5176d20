using System.Collections.Immutable;
using Cim.Compiler.Reporting;
using Cim.Compiler.Scheduling;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Model;

namespace Cim.Compiler.Stages.Reports;

/// <summary>The report of a compiled model whose own is not there: its layers and what they cost, without what was measured as it was
/// compiled.</summary>
internal static class CompiledModelReport
{
    /// <summary>The report.</summary>
    /// <param name="model">The model.</param>
    /// <param name="file">Its name.</param>
    public static CompilationReport Of(CompiledModel model, string file)
    {
        ModelInfo info = model.Info;
        ImmutableArray<CrossbarLayer> layers = model.Program.Layers;
        Dictionary<string, LayerCost> costs = info.Cost.Layers.DistinctBy(l => l.Name).ToDictionary(l => l.Name, StringComparer.Ordinal);
        return new CompilationReport
        {
            SdkVersion = info.SdkVersion,
            Model = new ModelReport(
                info.Name, file, info.ModelSha256, layers.Sum(l => (long)l.Weights.Length + l.Bias.Length), layers.Sum(l => l.MacsPerImage),
                [.. info.Inputs.Select(Tensor)], [.. info.Outputs.Select(Tensor)]),
            Hardware = HardwareReports.Of(model.Hardware),
            Fidelity = info.AccuracyCompiled is null ? null : info.AccuracyFidelity.ToString().ToLowerInvariant(),
            StatedAccuracyFloat = info.AccuracyFloat,
            StatedAccuracyCompiled = info.AccuracyCompiled,
            LossPoints = 100 * (info.AccuracyFloat - info.AccuracyCompiled),
            Float = new VariantReport { WeightMemoryBits = 32 * layers.Sum(l => (long)l.Weights.Length) },
            Baseline = new VariantReport { Cost = Of(info.Baseline), WeightMemoryBits = 8 * layers.Sum(l => (long)l.Weights.Length) },
            Compiled = new VariantReport
            {
                Cost = Of(info.Cost), WeightMemoryBits = layers.Sum(l => (long)l.Weights.Length * l.WeightBits),
            },
            Schedule = model.Hardware.Execution == ExecutionModel.Resident && !layers.IsEmpty
                ? ScheduleReport.Of(
                    PartitionedScheduler.Run(CompiledNetwork.Of(model, model.Hardware), new ScheduleOptions()), info.Cost.Schedule,
                    info.Baseline.Schedule)
                : null,
            Layers = [.. layers.Where(l => costs.ContainsKey(l.Name)).Select(l => Of(l, costs[l.Name]))],
        };
    }

    private static LayerReport Of(CrossbarLayer layer, LayerCost cost)
    {
        ConvolutionGeometry? g = layer.Geometry;
        return new LayerReport
        {
            Name = layer.Name,
            Operator = g is null ? "MatMul" : "Conv",
            InputShape = g is null ? [layer.PositionsPerImage, layer.RowsPerGroup] : [g.InputChannels, g.InputHeight, g.InputWidth],
            OutputShape = g is null ? [layer.PositionsPerImage, layer.Outputs] : [layer.Outputs, g.OutputHeight, g.OutputWidth],
            Kernel = g is null ? [] : [g.KernelHeight, g.KernelWidth],
            Groups = layer.Groups,
            Rows = layer.RowsPerGroup,
            Columns = layer.ColumnsPerGroup,
            Mvms = layer.PositionsPerImage,
            WeightBits = layer.WeightBits,
            ActivationBits = layer.Input.Bits,
            Input = new InputReport(layer.Input.Signed, layer.Input.ZeroPoint, layer.Input.Scale, 0),
            AdcBits = cost.AdcBits,
            Arrays = cost.Arrays,
            Utilisation = cost.Utilisation,
            LatencyNs = cost.LatencyNs,
            EnergyPj = cost.EnergyPj,
            Energy = cost.Energy,
            AdcConversions = cost.AdcConversions,
        };
    }

    private static CostReport Of(Cost cost) => new(cost.LatencyNs, cost.EnergyPj, cost.AreaUm2, cost.Arrays);

    private static TensorReport Tensor(TensorDescription tensor) =>
        new(tensor.Name, tensor.Type.ToString(), [.. tensor.Shape.Select(d => (long)d)]);
}
