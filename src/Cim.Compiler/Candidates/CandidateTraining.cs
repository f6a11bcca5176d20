using System.Globalization;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.QuantizationAware;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Persistence;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Search.Trained;
using Cim.Compiler.Search.Verification;
using Cim.Runtime;

namespace Cim.Compiler.Candidates;

/// <summary>
/// The last part of a search for a network that will be trained: candidates are trained for a short time
/// (<see cref="SuccessiveHalving"/>); the cheapest good (or nearly good) one is trained in full and simulated with its converters, and if
/// it misses the budget, the next cheapest.
/// </summary>
internal sealed class CandidateTraining
{
    /// <summary>Full trainings of candidates that were within the budget after a short one, at most, and before them of candidates that
    /// were nearly.</summary>
    private const int MaxGood = 2, MaxNear = 2;

    private readonly CompileContext _context;
    private readonly CompileState _state;
    private readonly PolicySearch _search;
    private readonly ICandidateQuantizer _quantizer;
    private readonly ICandidateTrainer _trainer;
    private double? _eightBitFullScore;

    private PolicySearchOptions Options => _search.Options;

    /// <param name="context">The compilation.</param>
    /// <param name="state">The compilation.</param>
    /// <param name="search">The prepared search.</param>
    /// <param name="quantizer">Quantizes candidates, which training starts from.</param>
    /// <param name="trainer">Trains candidates in full.</param>
    public CandidateTraining(
        CompileContext context, CompileState state, PolicySearch search, ICandidateQuantizer quantizer, ICandidateTrainer trainer) =>
        (_context, _state, _search, _quantizer, _trainer) = (context, state, search, quantizer, trainer);

    /// <summary>
    /// The policy that is within the budget after training; if there is none the one that is without training, or if there is none
    /// either the one that loses least.
    /// </summary>
    /// <param name="found">What the search found without training.</param>
    /// <param name="data">Its samples.</param>
    public SearchSummary Run(SearchSummary found, SearchData data)
    {
        if (Training() is not { } training) return found;
        SuccessiveHalving halving = Halving(training);
        TrainedSearch trained = halving.Run(_search.Choices(found.Policy));
        found = found with { Training = trained, RanOutOfTime = found.RanOutOfTime || Options.Clock.IsOver };
        SearchSummary least = found;
        foreach (TrainedTrial trial in Promising(trained, training.HoldOutCount))
        {
            if (Finish(training, found, trial, data) is not { } finished) continue;
            finished = finished with { Seconds = Options.Clock.Elapsed.TotalSeconds };
            if (finished.IsWithinBudget) return finished;
            if (finished.ValidationLoss < least.ValidationLoss) least = finished;
        }

        // Where not even the widest policy is within the budget, the one that loses least is nearest to it.
        return found.IsWithinBudget ? found : least;
    }

    /// <summary>Trains a candidate for a short time, as a search does that has left this to another process.</summary>
    /// <param name="choices">One choice a layer.</param>
    /// <returns>The score; null if the time was over.</returns>
    public TrainedScore? TrainShortly(IReadOnlyList<int> choices)
    {
        LoggedTraining training = Training() ?? throw new CimException(ErrorCodes.InvalidStudy,
            "The study has short trainings, and there are no samples to train on. Make it anew in another folder.");
        return Halving(training).Train([.. choices]) is { } trained ? new TrainedScore(trained.Score, trained.Stopped) : null;
    }

    private LoggedTraining? Training()
    {
        TrainingData samples = _context.Sources.ReadTraining(_state.Input, _context.Cancellation);
        return samples.Validation is null ? null
            : new LoggedTraining(_context, _state, _quantizer, _trainer, samples) { Log = Options.Trials };
    }

    private SuccessiveHalving Halving(LoggedTraining training) => new(
        _search, Options, (choices, isHopeless) => training.TrainShortly(_search.ToPolicy(choices.AsSpan()), isHopeless, Options.Clock),
        training.FloatScore, training.EarlyCount, _context.Progress, _context.Cancellation)
    {
        Announce = policies => Options.Trials?.Await(policies.Select(p => training.Task(_search.ToPolicy(p), p))),
    };

    /// <summary>
    /// Cheapest first, by the schedule where the objective counts one. A full training recovers more than a short one, so candidates that
    /// missed the budget by no more than a standard deviation of their score have a chance, too.
    /// </summary>
    private IEnumerable<TrainedTrial> Promising(TrainedSearch trained, int samples)
    {
        TrainedTrial[] good = [
            .. trained.Trials.Where(t => !t.Stopped && t.Loss <= Options.MaxLoss).OrderBy(t => t.RankingCost).Take(MaxGood)];
        double deviation = 100 * Math.Sqrt(trained.Reference * (1 - trained.Reference) / samples);
        IEnumerable<TrainedTrial> near = trained.Trials.Where(
            t => !t.Stopped && t.Loss > Options.MaxLoss && t.Loss <= Options.MaxLoss + deviation);
        return near.Where(t => good.Length == 0 || t.RankingCost < good[0].RankingCost).OrderBy(t => t.RankingCost)
            .Take(Options.Clock.IsOver ? 0 : MaxNear).Concat(good);
    }

    /// <summary>
    /// Points a score after full training lies below the reference of the short trainings; where that misses the budget, or below 8 bits
    /// trained in full, whichever is less: the longer the training, the more the network forgets of samples of the hold-out set that
    /// the float network has learnt, and that is no loss of bits.
    /// </summary>
    private double FullLoss(LoggedTraining training, SearchSummary found, double score)
    {
        double loss = found.Training!.LossOf(score);
        if (loss <= Options.MaxLoss) return loss;
        _eightBitFullScore ??= EightBitFullScore(training);
        return Math.Min(loss, Math.Round(100 * (_eightBitFullScore.Value - score), 6));
    }

    private double EightBitFullScore(LoggedTraining training)
    {
        QuantizationPolicy eight = _search.ToPolicy(PolicyMoves.Widest(_search.Space));
        if (training.FullScore(eight) is { } known) return known;
        _context.Report("full training: 8 bits everywhere, which candidates are compared with");
        return training.TrainFully(eight).Score!.Value;
    }

    /// <summary>Trains a candidate in full, and simulates its converters; null if it is known to miss the budget.</summary>
    private SearchSummary? Finish(LoggedTraining training, SearchSummary found, TrainedTrial trial, SearchData data)
    {
        QuantizationPolicy policy = _search.ToPolicy(trial.Policy.AsSpan());
        if (training.FullScore(policy) is { } known && FullLoss(training, found, known) > Options.MaxLoss) return null;
        TrainedNetwork trained = training.TrainFully(policy);
        double loss = FullLoss(training, found, trained.Score!.Value);
        SearchSummary summary = found with
        {
            Policy = policy, Chosen = trial.Costs, ValidationLoss = loss, IsWithinBudget = loss <= Options.MaxLoss,
            Trained = trained.Graph,
        };
        if (summary.IsWithinBudget && policy.Layers.Any(l => l.AdcBits > 0))
        {
            var network = new AdcNetwork(trained.Graph, _state.Input, _context.Hardware, data.Fit, policy, _context.Cancellation);
            summary = AdcVerification.Run(
                _search, summary, network, new MeasuredLoss(loss, loss, Options.MaxLoss), _context.Progress, _context.Cancellation);
        }

        _context.Report(string.Create(CultureInfo.InvariantCulture,
            $"after full training the policy loses {summary.ValidationLoss:F2} "
                + $"points{(summary.IsWithinBudget ? "" : ": more than the budget, on to the next")}"));
        return summary;
    }
}
