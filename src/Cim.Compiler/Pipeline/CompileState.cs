using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.QuantizationAware;
using Cim.Compiler.Reporting;
using Cim.Compiler.Search;
using Cim.Compiler.Variation;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Pipeline;

/// <summary>
/// How far a compilation has come: what the stages so far found, null where none of them was about it. A stage takes one and returns
/// another.
/// </summary>
internal sealed record CompileState
{
    /// <summary>The network as imported.</summary>
    public Graph? Imported { get; init; }

    /// <summary>The network as imported at the other sizes it is compiled for, in the order of the plans without its own.</summary>
    public ImmutableArray<Graph> OtherSizes { get; init; } = [];

    /// <summary>The same network with the channels of layers' inputs scaled; null if they are as they were.</summary>
    public Graph? Scaled { get; init; }

    /// <summary>How samples feed the network.</summary>
    public GraphInput? Port { get; init; }

    /// <summary>Its matrix layers.</summary>
    public ImmutableArray<LayerShape> Shapes { get; init; } = [];

    /// <summary>The names of the classes; empty without a file of them.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary>The lock file; null if none was named.</summary>
    public CompileLock? Lock { get; init; }

    /// <summary>The precision of each layer.</summary>
    public QuantizationPolicy? Policy { get; private init; }

    /// <summary>Samples for ranges and rounding.</summary>
    public CalibrationData? Samples { get; init; }

    /// <summary>What a search found.</summary>
    public SearchSummary? Search { get; init; }

    /// <summary>What variation-aware widths came to; empty without.</summary>
    public ImmutableArray<LayerAlignment> Alignment { get; init; } = [];

    /// <summary>The network with quantizers, for <see cref="Policy"/>.</summary>
    public RoundedNetwork? Network { get; init; }

    /// <summary>The network on arrays.</summary>
    public MappedNetwork? Mapped { get; init; }

    /// <summary>The compiled model and its fidelity.</summary>
    public EmittedModel? Emitted { get; init; }

    /// <summary>How far outputs are from the float network's, without labels.</summary>
    public OutputAgreement? Agreement { get; init; }

    /// <summary>The error of each layer; empty if it was not measured.</summary>
    public ImmutableArray<LayerError> Errors { get; init; } = [];

    /// <summary>What converters, cells and wires add to the error of each layer, by name; empty if it was not measured.</summary>
    public ImmutableDictionary<string, ImmutableArray<HardwareError>> HardwareErrors { get; init; } =
        ImmutableDictionary<string, ImmutableArray<HardwareError>>.Empty;

    /// <summary>The float network on the labelled data, where a stage before the evaluation needed it.</summary>
    public Accuracy? FloatAccuracy { get; init; }

    /// <summary>What labelled samples say.</summary>
    public MeasuredAccuracy? Measured { get; init; }

    /// <summary>The accuracy of 8 bits everywhere.</summary>
    public Accuracy? BaselineAccuracy { get; init; }

    /// <summary>What people read.</summary>
    public CompilationReport? Report { get; init; }

    /// <summary>How long each stage took.</summary>
    public ImmutableArray<StageTime> Times { get; init; } = [];

    /// <summary>The float network that is quantized.</summary>
    public Graph Graph => Scaled ?? Imported ?? throw Missing(nameof(Imported));

    /// <summary>How samples feed the network.</summary>
    public GraphInput Input => Port ?? throw Missing(nameof(Port));

    /// <summary>The precision of each layer.</summary>
    public QuantizationPolicy Precisions => Policy ?? throw Missing(nameof(Policy));

    /// <summary>Samples for ranges and rounding.</summary>
    public CalibrationData Calibration => Samples ?? throw Missing(nameof(Samples));

    /// <summary>The network with quantizers.</summary>
    public RoundedNetwork Quantized => Network ?? throw Missing(nameof(Network));

    /// <summary>Every graph there is by now, the furthest last.</summary>
    public ImmutableArray<Graph> Graphs =>
        [.. new[] { Imported, Scaled, Network?.Float, Network?.Quantized, Mapped?.Lowered.Graph }.OfType<Graph>()];

    /// <summary>The state with other precisions; a network that was trained for different ones is dropped.</summary>
    public CompileState With(QuantizationPolicy policy) => this with
    {
        Policy = policy,
        Network = Policy is { } before && before.Layers.SequenceEqual(policy.Layers) ? Network : null,
    };

    /// <summary>Whether the lock file holds this.</summary>
    public bool IsLocked(LockedPart part) => part switch
    {
        LockedPart.Precisions => Lock?.Policy is not null,
        LockedPart.Network => Lock is { Policy: not null, Result.Network: not null },
        _ => false,
    };

    private static InvalidOperationException Missing(string what) => new($"No stage so far has produced '{what}'.");
}
