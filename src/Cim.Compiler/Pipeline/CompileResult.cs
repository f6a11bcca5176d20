using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Messages;
using Cim.Compiler.Precision;
using Cim.Compiler.Reporting;
using Cim.Compiler.Search;
using Cim.Compiler.Variation;
using Cim.Runtime;
using Cim.Runtime.Model;

namespace Cim.Compiler.Pipeline;

/// <summary>A warning: what is degraded, and what to do.</summary>
internal sealed record CompileWarning(string Code, MessageText Text, string? File)
{
    /// <summary>The text, with the option names of the command line.</summary>
    public string Message => Text.ToString();
}

/// <summary>What came out of a compilation.</summary>
internal sealed record CompileResult
{
    /// <summary>The compiled model as it is written.</summary>
    public required CompiledModel Model { get; init; }

    /// <summary>The fidelity of <see cref="AccuracyCompiled"/>: what the class uses, and at least <c>adc</c> where converters change sums
    /// and nobody chose.</summary>
    public required Fidelity Fidelity { get; init; }

    /// <summary>What was measured on the evaluation data; null without such data.</summary>
    public required MeasuredAccuracy? Accuracy { get; init; }

    /// <summary>How far outputs are from the float network's; null without calibration data.</summary>
    public required OutputAgreement? Agreement { get; init; }

    /// <summary>Of the float network on the evaluation data; null without such data.</summary>
    public Accuracy? AccuracyFloat => Accuracy?.Float;

    /// <summary>Of the compiled network at <see cref="Fidelity"/>.</summary>
    public Accuracy? AccuracyCompiled => Accuracy?.Compiled;

    /// <summary>At <see cref="Fidelity.Exact"/>.</summary>
    public Accuracy? AccuracyExact => Accuracy?.Exact;

    /// <summary>At <see cref="Fidelity.Adc"/>; of large networks on the first evaluation samples.</summary>
    public Accuracy? AccuracyAdc => Accuracy?.Adc;

    public required Cost Cost { get; init; }

    /// <summary>The same network with 8-bit weights and activations everywhere.</summary>
    public required Cost Baseline { get; init; }

    public required QuantizationPolicy Policy { get; init; }

    /// <summary>How weights became integers: one of <see cref="RoundingMethods"/>, possibly after "equalized ", or "trained".</summary>
    public required string Rounding { get; init; }

    /// <summary>How the policy was found; null if it is user-supplied.</summary>
    public SearchSummary? Search { get; init; }

    /// <summary>What variation-aware quantization chose and predicts; empty if it was not asked for, the hardware has no variation, or a
    /// lock file chose.</summary>
    public ImmutableArray<LayerAlignment> Alignment { get; init; } = [];

    public required CompilationReport Report { get; init; }

    public required ImmutableArray<CompileWarning> Warnings { get; init; }

    /// <summary>How long each stage took, in the order they ran; without those that had nothing to do or whose result was
    /// locked.</summary>
    public ImmutableArray<StageTime> Stages { get; init; } = [];

    public required double Seconds { get; init; }
}
