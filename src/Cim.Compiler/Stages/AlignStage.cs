using System.Collections.Immutable;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.Variation;

namespace Cim.Compiler.Stages;

/// <summary>Afterwards the variation of the cells falls into bits of each output that are discarded, as far as that is possible.</summary>
internal sealed class AlignStage : ICompileStage
{
    public string Name => "Align";

    public LockedPart LockedBy => LockedPart.Precisions;

    public bool AppliesTo(CompileState state, CompileContext context) => context.Options.VariationAware;

    public string Announcement(CompileState state, CompileContext context) => "aligning output codes with variation";

    public CompileState Run(CompileState state, CompileContext context)
    {
        CompileOptions options = context.Options;
        var network = new VariedNetwork(state.Graph, state.Input, state.Calibration, context.Hardware)
        {
            Quantizer = new QuantizerOptions { Range = options.Range },
            Options = new VariationOptions { Confidence = options.VariationConfidence },
        };
        (QuantizationPolicy policy, ImmutableArray<LayerAlignment> layers) = VariationAlignment.Run(
            network, state.Precisions, context.Progress, context.Cancellation);
        return (state with { Alignment = layers }).With(policy);
    }
}
