using System.Collections.Immutable;
using Cim.Compiler.ColumnSharing;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Mapping;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.QuantizationAware;
using Cim.Compiler.Search;
using Cim.Compiler.Strips;
using Cim.Compiler.Variation;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Pipeline;

/// <summary>The first half of a compilation: the imported network, and the precision of each of its layers.</summary>
/// <param name="Hardware">The machine.</param>
/// <param name="Graph">The network as imported.</param>
/// <param name="Shapes">Its matrix layers.</param>
/// <param name="Inputs">The files it is compiled from.</param>
/// <param name="Lock">The lock file, if one was named.</param>
/// <param name="Policy">The precision of each layer.</param>
/// <param name="Search">What a search found, if there was one.</param>
/// <param name="Alignment">What variation-aware widths came to; empty without.</param>
internal sealed record PrecisionChoice(
    HardwareProfile Hardware, Graph Graph, ImmutableArray<LayerShape> Shapes, CompileInputs Inputs, CompileLock? Lock,
    QuantizationPolicy Policy, SearchSummary? Search,
    ImmutableArray<LayerAlignment> Alignment)
{
    /// <summary>Imports the network and chooses.</summary>
    /// <exception cref="CimException">Any problem with the inputs.</exception>
    public static PrecisionChoice Make(CompileContext context)
    {
        CompileOptions options = context.Options;
        options.Check();
        HardwareProfile hardware = HardwareProfiles.Load(options.Hardware);
        if (InheritedFiguresWarning.Of(hardware) is { } inherited) context.Warn(ErrorCodes.FigureOfBase, inherited);

        context.Step("importing");
        Graph graph = OnnxImporter.Import(options.ModelPath, options.Import, context.Cancellation);
        ImmutableArray<MvmLayer> layers = MvmLayers.Find(graph);
        ImmutableArray<LayerShape> shapes = LayerShapes.Of(graph, hardware);
        var inputs = new CompileInputs(options, graph);
        if (options.Training is not null) TrainingStage.Check(options, graph);
        inputs.Check(context);

        // The same bits everywhere, unless a policy, a lock file or a search says otherwise.
        QuantizationPolicy policy = QuantizationPolicy.Uniform(
            layers.Select(l => l.NodeName), options.WeightBits, options.ActivationBits, options.AdcBits);
        if (options.PolicyPath is { } policyPath) policy = QuantizationPolicy.Load(policyPath, policy);
        CompileLock? compileLock = options.LockPath is null ? null : CompileLock.Open(options, hardware, policy);
        if (compileLock?.Stale is { } changed)
            context.Warn(ErrorCodes.LockMismatch,
                $"The lock file {options.LockPath} was made from other inputs and is written anew: {changed}. Commit it; in CI this is an "
                + $"error.");
        policy = compileLock?.Policy ?? policy;
        if (options.Rounding == RoundingMethods.Learned)
            LearnedRoundingStage.Check(graph, inputs.Input, policy, options.Calibration is not null);
        SearchSummary? search = null;
        if (options.Searches && compileLock?.Policy is null) search = SearchStage.Run(context, graph, inputs, hardware);
        policy = PrequantizedPrecision.Apply(graph, search?.Policy ?? policy);
        if (options.Strips is { } strips && compileLock?.Policy is null) policy = Strips(context, graph, inputs, hardware, policy, strips);
        if (options.Merge is { } merge && compileLock?.Policy is null) policy = Merge(context, graph, inputs, hardware, policy, merge);
        ImmutableArray<LayerAlignment> alignment = [];
        if (options.VariationAware && compileLock?.Policy is null) (policy, alignment) = Align(context, graph, inputs, hardware, policy);
        return new PrecisionChoice(hardware, graph, shapes, inputs, compileLock, policy, search, alignment);
    }

    private static QuantizationPolicy Strips(
        CompileContext context, Graph graph, CompileInputs inputs, HardwareProfile hardware, QuantizationPolicy policy, StripOptions strips)
    {
        CompileOptions options = context.Options;
        context.Step("choosing the widths of strips");
        return StripSelection.Run(
            inputs.Judged(), inputs.Input, hardware, options.Calibration is null
                ? null
                : inputs.ReadSearchData(context.Cancellation), policy, strips,
            options.MaxAccuracyLoss ?? CompileOptions.DefaultSearchLoss, new QuantizerOptions
            {
                Range = options.Range,
                ArrayRows = hardware.Rows,
            },
            options.Seed, context.Progress, context.Cancellation);
    }

    private static QuantizationPolicy Merge(
        CompileContext context, Graph graph, CompileInputs inputs, HardwareProfile hardware, QuantizationPolicy policy,
        ColumnSharingOptions merge)
    {
        CompileOptions options = context.Options;
        context.Step("choosing the columns that strips share");
        return ColumnSharingSelection.Run(
            inputs.Judged(), inputs.Input, hardware, options.Calibration is null
                ? null
                : inputs.ReadSearchData(context.Cancellation), policy, merge,
            options.MaxAccuracyLoss ?? CompileOptions.DefaultSearchLoss, new QuantizerOptions
            {
                Range = options.Range,
                ArrayRows = hardware.Rows,
            },
            options.Seed, context.Progress, context.Cancellation);
    }

    private static (QuantizationPolicy, ImmutableArray<LayerAlignment>) Align(
        CompileContext context, Graph graph, CompileInputs inputs, HardwareProfile hardware, QuantizationPolicy policy)
    {
        context.Step("aligning words with variation");
        var variation = new VariationOptions { Confidence = context.Options.VariationConfidence };
        return VariationAlignment.Run(graph, inputs.Input, inputs.ReadCalibration(context), policy, hardware,
            new QuantizerOptions
            {
                Range = context.Options.Range,
                ArrayRows = hardware.Rows,
            }, variation, context.Progress, context.Cancellation);
    }
}
