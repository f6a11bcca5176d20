using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Ir;
using Cim.Compiler.Options;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.QuantizationAware;
using Cim.Runtime;

namespace Cim.Compiler.Candidates;

/// <summary>
/// The best of what can be done with calibration samples alone: channels equalized across layers or as they are, rounding compensated or
/// learned from there, biases corrected in all of them. A quarter of the samples is the hold-out set, and each step is retained if it
/// brings the outputs on them nearer to the float network's.
/// </summary>
internal sealed class RoundingChoice(CompileContext context, PostTrainingQuantizer quantizer)
{
    /// <summary>Widths from which there is little left to win.</summary>
    private const int LearnedBits = 4, EqualizedBits = 7;

    /// <summary>Arithmetic of learning, in operations: some ten to twenty seconds on two cores, whatever the network.</summary>
    private const double Operations = 1e12;

    private const int MinUpdates = 60, MaxUpdates = 200, MinHoldOut = 16, Part = 4;

    /// <summary>Chooses; null where there is nothing to choose from, or too few samples to choose by.</summary>
    /// <param name="graph">The float network.</param>
    /// <param name="input">Its input.</param>
    /// <param name="calibration">Samples.</param>
    /// <param name="policy">The precision of each layer.</param>
    public RoundedNetwork? Run(Graph graph, GraphInput input, CalibrationData calibration, QuantizationPolicy policy)
    {
        bool isNarrow = policy.Layers.Any(l => Math.Min(l.WeightBits, l.ActivationBits) <= EqualizedBits);
        if (!isNarrow || calibration.Count < Part * MinHoldOut
            || BlockRounding.Refusal(graph, input, policy, !calibration.IsSynthetic) is not null)
            return null;

        (CalibrationData seen, CalibrationData holdOut) = calibration.HoldOut(Part);
        Graph scored = ScoredGraph.Of(graph, input, null);
        OutputComparison outputs = OutputComparison.WithFloat(
            scored, input, new SearchData(seen, holdOut, default), holdOut.Count, context.Cancellation);
        var best = new RoundedNetwork(
            graph, quantizer.Quantize(graph, input, seen, policy, context.Progress, context.Cancellation), RoundingMethods.Compensated);
        double least = Divergence(best);
        context.Report(FormattableString.Invariant(
            $"{best.Method}: divergence {least:G3} from the float network on {holdOut.Count} samples of the hold-out set"));

        (Graph equalized, int pairs) = CrossLayerEqualization.Run(graph, input, seen, context.Cancellation);
        if (pairs > 0)
        {
            context.SubStep($"equalizing the channels between {pairs} pairs of layers");
            Try(new RoundedNetwork(equalized, quantizer.Quantize(equalized, input, seen, policy, context.Progress, context.Cancellation),
                "equalized " + RoundingMethods.Compensated));
        }

        if (policy.Layers.Any(l => l.WeightBits <= LearnedBits)) Learn();
        return best;

        void Learn()
        {
            int updates = (int)Math.Min(BlockRounding.Updates(graph, Operations), MaxUpdates);
            if (context.Time.Left is { } left && updates >= MinUpdates)
            {
                updates = (int)Math.Min(updates, updates * (left - context.Time.Later) / StageForecast.LearnedSeconds);
                if (updates < MinUpdates)
                {
                    context.Report($"rounding is not learned: the time that {OptionTable.SearchBudget.Flag} allows is nearly over");
                    return;
                }
            }

            if (updates < MinUpdates)
            {
                context.Report(
                    $"rounding is not learned by default in a network of so many operations; {OptionTable.Rounding.Flag} learned does it");
                return;
            }

            context.SubStep("learning the rounding");
            try
            {
                Graph learned = new BlockRounding(context.Progress)
                    .Run(new TrainingStart(best.Float, best.Quantized, policy), input, seen, updates, context.Cancellation);
                Try(best with { Quantized = learned,
                    Method = best.Method.Replace(RoundingMethods.Compensated, RoundingMethods.Learned, StringComparison.Ordinal) });
            }
            catch (CimException e)
            {
                // Learning is not requested here: a network it cannot be applied to compiles without it.
                context.Report($"rounding is not learned: {e.Message}");
            }
        }

        void Try(RoundedNetwork candidate)
        {
            double divergence = Divergence(candidate);
            context.Report(FormattableString.Invariant(
                $"{candidate.Method}: divergence {divergence:G3}, {(divergence < least ? "retained" : "not retained")}"));
            if (divergence < least) (best, least) = (candidate, divergence);
        }

        double Divergence(RoundedNetwork network) =>
            outputs.Of(GraphSession.FirstOutput(
            network.Quantized with { Outputs = scored.Outputs }, input, holdOut, holdOut.Count, context.Cancellation)).Divergence;
    }
}
