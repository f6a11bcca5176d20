using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Calibration;
using Cim.Compiler.Candidates;
using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Lowering;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.Search;
using Cim.Runtime;
using Cim.Runtime.Model;
using Cim.Runtime.Program;

namespace Cim.Compiler.Stages;

/// <summary>
/// Afterwards the precisions a search found are within the budget on the evaluation data, too, if any measured ones are: where the
/// cheapest misses it, the next wider ones that lose less are tried, up to the widest.
/// </summary>
/// <param name="quantizer">Quantizes the candidates.</param>
internal sealed class ConfirmStage(ICandidateQuantizer quantizer) : ICompileStage
{
    public string Name => "Confirm";

    public LockedPart LockedBy => LockedPart.Precisions;

    /// <summary>Not where the budget is about a network that a later stage makes.</summary>
    public bool AppliesTo(CompileState state, CompileContext context) => context.Options is
        {
            MaxAccuracyLoss: not null, Evaluation: not null, Training: null, Strips: null, Merge: null, VariationAware: false,
        } && state.Search is { Wider.Length: > 0 };

    public string Announcement(CompileState state, CompileContext context) => "checking the budget on the evaluation data";

    public CompileState Run(CompileState state, CompileContext context)
    {
        (SearchSummary search, double budget) = (state.Search!, context.Options.MaxAccuracyLoss!.Value);
        Accuracy real = context.Sources.EvaluateFloat(context.Cancellation);
        KnownSamples.Warn(search, real, context);
        var candidates = new Queue<WiderPolicy>([new WiderPolicy(search.Policy, search.Chosen, double.NaN), .. search.Wider]);
        var tried = new List<(WiderPolicy Candidate, RoundedNetwork Network, MeasuredAccuracy Accuracy)>();
        while (candidates.TryDequeue(out WiderPolicy? candidate))
        {
            QuantizationPolicy policy = PrequantizedPrecision.Apply(state.Graph, candidate.Policy);
            double start = context.Seconds;
            RoundedNetwork network = quantizer.Quantize(state, policy, context);
            MeasuredAccuracy accuracy = Measure(state, network, policy, real, context);
            tried.Add((candidate, network, accuracy));
            double lost = accuracy.LossPoints;
            // More bits do not mend what converters and cells lose.
            if (lost <= budget + 1e-9 || accuracy.HardwarePoints > lost / 2 || !HasTimeFor(context.Seconds - start, context)) break;
            if (candidates.Count == 0) break;
            context.Report(string.Create(CultureInfo.InvariantCulture,
                $"on the evaluation data the policy loses {lost:F2} points, the budget is {budget}: trying a wider one"));
            // What loses too much here loses in proportion to what was measured there.
            while (candidates.Count > 1 && candidates.Peek().Loss > candidate.Loss * budget / lost) candidates.Dequeue();
        }

        bool isMet = tried[^1].Accuracy.LossPoints <= budget + 1e-9;
        (WiderPolicy chosen, RoundedNetwork rounded, _) = isMet ? tried[^1] : tried.MinBy(t => t.Accuracy.LossPoints);
        return (state with
        {
            FloatAccuracy = real,
            Search = search with
            {
                Policy = chosen.Policy, Chosen = chosen.Cost, LostOnEvaluation = [.. tried.Select(t => t.Accuracy.LossPoints)],
            },
        }).With(PrequantizedPrecision.Apply(state.Graph, chosen.Policy)) with { Network = rounded };
    }

    private static MeasuredAccuracy Measure(
        CompileState state, RoundedNetwork network, QuantizationPolicy policy, Accuracy real, CompileContext context)
    {
        (LoweredModel lowered, Cost cost) = NetworkLowering.Lower(network.Quantized, policy, state, context);
        ModelProgram program = AdcMeasurement.Measure(
            lowered.Program, context.Hardware, state.Input, state.Calibration, context.Steps, context.Cancellation).Item1;
        var model = new CompiledModel(ModelDescription.Of(state, context, cost, cost), context.Hardware, program);
        Fidelity fidelity = context.Options.Fidelity ?? (ConverterLoss.IsLossy(program, context.Hardware) ? Fidelity.Adc : Fidelity.Exact);
        DataSet evaluation = context.Sources.OpenEvaluation(state.Input)!;
        return new AccuracyMeasurement(evaluation, real, context.Options.EvaluationLimit, context.Options.Seed)
            .Of(model, context.Hardware, fidelity, context.Cancellation);
    }

    private static bool HasTimeFor(double seconds, CompileContext context) => context.Time is not { Left: { } left, Later: var later }
        || left - later > seconds;
}
