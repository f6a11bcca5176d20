using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Ir;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Sensitivity;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.ColumnSharing;

/// <summary>
/// Chooses which strips share columns: for a share of cells that is asked for, or, by bisection over the share, the most that stays
/// within the loss when the network is quantized so on one part of the calibration samples and evaluated on the other.
/// </summary>
internal static class ColumnSharingSelection
{
    /// <summary>The policy with shared columns.</summary>
    /// <param name="request">
    /// The network, its samples and the loss; without samples relative errors count instead of sensitivities.
    /// </param>
    /// <param name="policy">Widths of layers and strips.</param>
    /// <param name="options">Which strips share columns, and how many.</param>
    /// <param name="progress">One line a step.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public static QuantizationPolicy Run(
        SavingRequest request, QuantizationPolicy policy, ColumnSharingOptions options, IProgress<string>? progress,
        CancellationToken cancellation)
    {
        (Graph graph, GraphInput input, HardwareProfile hardware, SearchData? data) = request;
        if (options.Method == ColumnSharingMethod.Spectral && hardware.Encoding != WeightEncoding.Differential)
            throw OptionError.Usage(
                $"{OptionTable.MergeMethod.With("spectral")} shares the halves of differential pairs, and '{hardware.Name}' holds weights "
                + $"in another way; "
                + $"use group or auto.");
        // Layers the model brings quantized keep their integers.
        ImmutableArray<MvmLayer> layers = [.. MvmLayers.Find(graph).Where(l => l.WeightDequantize is null)];
        if (options.Share == 0) return new([.. policy.Layers.Select(l => l with { Layout = Equal(l.Layout) })]);
        if (layers.IsEmpty) return policy;
        if (policy.Layers.FirstOrDefault(l => l.WeightBits == 1 && layers.Any(m => m.NodeName == l.Name)) is { } binary)
            throw OptionError.Usage(
                $"Binary weights are a sign and a scale, and columns of them are not shared, but '{binary.Name}' has 1 bit; give it 2 "
                + $"bits, or leave {OptionTable.MergeWeights.Named()} out.");
        Dictionary<string, float[]>? fisher = data is null
            ? null
            : WeightFisher.Measure(graph, input, data.Fit, layers, request.Seed, progress, cancellation);
        var table = new ColumnSharingTable(
            layers, policy, fisher, new ColumnSharingRules(hardware, options.Method, request.Seed), progress, cancellation);
        if (options.Share is { } asked) return table.Apply(policy, table.Choose(1 - asked));

        return new LargestSaving(request).Find(
            share => table.Apply(policy, table.Choose(1 - share)), "column sharing", progress, cancellation);
    }

    // Groups of outputs have cells of their own, which are not compared.
    private static LayerLayout Equal(LayerLayout layout) =>
        layout is LayerLayout.Grouped ? layout : new LayerLayout.EqualColumns(layout.StripWidths, layout.Cells);
}
