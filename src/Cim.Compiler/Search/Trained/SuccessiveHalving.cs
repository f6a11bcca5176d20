using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Persistence;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search.Trained;

/// <summary>How a candidate does after a short training; null if the time was over.</summary>
/// <param name="policy">One choice a layer.</param>
/// <param name="isHopeless">Looks at a score half-way; true stops the training.</param>
/// <returns>The score, and whether the training was stopped.</returns>
internal delegate (double Score, bool Stopped)? TrainCandidate(ImmutableArray<int> policy, Func<double, bool> isHopeless);

/// <summary>
/// Finds the cheapest policy that is within the budget after a short training. What few bits lose before training says little about
/// what they lose after it, so candidates of the exact front at ever larger multiples of the estimated loss increase are trained, by
/// bisection on cost. The cheapest good one shows how much loss before training is worth one point after it; with that rate the
/// searcher that was asked for improves on it, and is trained in turn.
/// </summary>
internal sealed class SuccessiveHalving
{
    /// <summary>Candidates cost at least this much less than the one before.</summary>
    private const double Spacing = 0.96;

    /// <summary>Candidates double the estimate allowed every second time, at most so many times.</summary>
    private const int MaxCandidates = 64;

    /// <summary>Conversions may take half of the estimate allowed: training does not see them, and weights and activations need the
    /// rest.</summary>
    private const double ConversionWeight = 2;

    /// <summary>A loss half-way is at best halved by the other half, and uncertain by this many standard deviations.</summary>
    private const double Halving = 2, Deviations = 2.58;

    /// <summary>Relaxed searches, of half the evaluations each, and how far the rate moves between them.</summary>
    private const int Searches = 2;
    private const double LessConservative = 1.25, MoreConservative = 0.8;

    private readonly PolicySearch _search;
    private readonly PolicySearchOptions _options;
    private readonly TrainCandidate _train;
    private readonly int _halfWaySamples;
    private readonly IProgress<string>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly SearchProblem _problem;
    private readonly List<TrainedTrial> _trials = [];
    private TrainedSearch _result;

    /// <param name="search">The prepared search.</param>
    /// <param name="options">Its options.</param>
    /// <param name="train">Trains a candidate.</param>
    /// <param name="floatScore">The score of the float network.</param>
    /// <param name="halfWaySamples">Samples behind a score half-way.</param>
    /// <param name="progress">One line a candidate.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public SuccessiveHalving(
        PolicySearch search, PolicySearchOptions options, TrainCandidate train, double floatScore, int halfWaySamples,
        IProgress<string>? progress, CancellationToken cancellation)
    {
        (_search, _options, _train, _halfWaySamples) = (search, options, train, halfWaySamples);
        (_progress, _cancellation) = (progress, cancellation);
        _problem = new SearchProblem(search.Space, search.Losses, options.MaxLoss, options.MaxArrays, 1, options.Seed);
        _result = new TrainedSearch(floatScore, double.NaN, []);
    }

    /// <summary>Called with the candidates that will be trained next, whatever comes of them.</summary>
    public Action<IReadOnlyList<int[]>>? Announce { get; init; }

    private TrainedTrial? Best => _trials.Where(t => IsWithin(t)).MinBy(t => t.Cost);

    /// <summary>Trains candidates until the cheapest one within the budget is found.</summary>
    /// <param name="start">The cheapest policy that is within the budget without training: nothing dearer is tried.</param>
    public TrainedSearch Run(int[] start)
    {
        _progress?.Report("Short training: 8 bits everywhere, which candidates are compared with");
        if (_options.Clock.IsOver || TrainReference() is null) return _result;

        ImmutableArray<(int[] Policy, double Factor)> candidates = Candidates(start);
        (int low, int high) = (-1, candidates.Length); // low is good (-1: the start), high is not.
        bool isOver = false;
        while (high - low > 1 && !isOver)
        {
            int[] points = ProxyWalk.Inside(low, high, _options.ParallelCandidates);
            Announce?.Invoke([.. points.Select(p => candidates[p].Policy)]);
            TrainedTrial?[] trials = [.. points.Select(p => Try("front", candidates[p].Policy))];
            int missed = Array.FindIndex(trials, t => t is null || !IsWithin(t));
            isOver = trials.Contains(null);
            if (missed != 0) low = points[missed < 0 ? ^1 : missed - 1];
            if (missed >= 0 && trials[missed] is not null) high = points[missed];
        }

        int[] four = PolicyMoves.FourBitInside(_search.Space);
        if (!isOver && _problem.Fits(four) && _problem.Cost(four) < (Best?.Cost ?? _problem.Cost(start)))
            isOver = Try("uniform w4a4, 8-bit ends", four) is null;
        if (!isOver && low >= 0 && Best is { } best)
            SearchOn(best, candidates[low].Factor, high < candidates.Length ? candidates[high].Factor : candidates[low].Factor);
        return _result with { Trials = ScheduleVerification.Scheduled(_search.Space, _trials, _progress, _cancellation) };
    }

    /// <summary>Cheapest policies for an ever larger estimate of weights and activations, each noticeably cheaper than the one
    /// before.</summary>
    private ImmutableArray<(int[] Policy, double Factor)> Candidates(int[] start)
    {
        var candidates = ImmutableArray.CreateBuilder<(int[] Policy, double Factor)>();
        double allowed = Math.Max(_search.Losses.Total(start), 1e-9), cost = _problem.Cost(start);
        for (int i = 1; i <= MaxCandidates; i++)
        {
            double factor = Math.Pow(2, i / 2.0);
            LossTable losses = LossTable.Sum(
                _search.Estimate.Widths.Times(1 / factor), _search.Estimate.Conversions.Times(ConversionWeight));
            UnitChoices unitChoices = UnitChoices.Of(_search.Space, losses, ProxyWalk.CostOf(_problem));
            if (ExactOptimum.Solve(unitChoices, allowed, cancellation: _cancellation) is not { } optimum) continue;
            int[] policy = [.. optimum.Policy];
            if (_problem.Fits(policy) && _problem.Cost(policy) <= cost * Spacing)
            {
                candidates.Add((policy, factor));
                cost = _problem.Cost(policy);
            }

            if (optimum.Cost <= unitChoices.Units.Sum(u => u[0].Cost) * (1 + 1e-9)) break;
        }

        return candidates.ToImmutable();
    }

    /// <summary>
    /// Searches with the rate of exchange the trained candidates show, a little less conservative where that was good, more where not: the
    /// loss before training at which the line through the best candidate and the nearest one that missed the budget meets it.
    /// </summary>
    private void SearchOn(TrainedTrial best, double factor, double tooFar)
    {
        double points = _search.Evaluator.WidthsLoss(best.Policy.AsSpan(), _cancellation);
        if (_trials.Where(t => !t.Stopped && !IsWithin(t) && t.Loss > _options.MaxLoss && t.Cost < best.Cost)
            .MinBy(t => t.Loss) is { } missed)
        {
            double share = (_options.MaxLoss - best.Loss) / (missed.Loss - best.Loss);
            points += share * Math.Max(0, _search.Evaluator.WidthsLoss(missed.Policy.AsSpan(), _cancellation) - points);
            factor *= Math.Pow(tooFar / factor, share);
        }

        double relaxation = _options.MaxLoss > 0 ? points / _options.MaxLoss : 0;
        for (int i = 0; i < Searches && relaxation > 1 && !_options.Clock.IsOver; i++)
        {
            _progress?.Report(string.Create(CultureInfo.InvariantCulture, 
                $"Short training: {relaxation:F1} points lost before training are worth one after it; searching with that"));
            SearchResult found = new RelaxedSearch(relaxation, factor, Math.Max(1, _options.Evaluations / 2))
                .Run(_search, _progress, _cancellation);
            bool isGood = found.Policy is { } policy && found.Cost < Best!.Cost * (1 - 1e-6) && Try("search", [.. policy]) is { } trial
                && IsWithin(trial);
            relaxation *= isGood ? LessConservative : MoreConservative;
            factor *= isGood ? LessConservative : MoreConservative;
        }
    }

    /// <summary>Trains one candidate as <see cref="Run"/> does, which has trained 8 bits everywhere before it.</summary>
    public (double Score, bool Stopped)? Train(int[] policy)
    {
        (double, bool)? reference = TrainReference();
        return policy.AsSpan().SequenceEqual(PolicyMoves.Widest(_search.Space)) ? reference
            : reference is null ? null : TrainCandidate(policy, _search.Evaluator.ConversionPoints(policy, _cancellation));
    }

    private (double Score, bool Stopped)? TrainReference()
    {
        int[] eight = PolicyMoves.Widest(_search.Space);
        Announce?.Invoke([eight]);
        (double Score, bool Stopped)? reference = _train([.. eight], _ => false);
        if (reference is { } known) _result = _result with { EightBitScore = known.Score };
        return reference;
    }

    private (double Score, bool Stopped)? TrainCandidate(int[] policy, double conversions)
    {
        double deviation = 100 * Math.Sqrt(_result.Reference * (1 - _result.Reference) / _halfWaySamples);
        return _train([.. policy], score => _result.LossOf(score)
            - (Deviations * deviation) > Halving * (_options.MaxLoss - conversions + (Deviations * deviation)));
    }

    private TrainedTrial? Try(string origin, int[] policy)
    {
        if (_trials.FirstOrDefault(t => t.Policy.SequenceEqual(policy)) is { } known) return known;
        if (_options.Clock.IsOver) return null;
        double conversions = _search.Evaluator.ConversionPoints(policy, _cancellation);
        Announce?.Invoke([policy]);
        if (TrainCandidate(policy, conversions) is not { } trained) return null;
        CostVector costs = _search.Space.Costs.Total(policy);
        var trial = new TrainedTrial(
            origin, [.. policy], _problem.Cost(policy), costs, _result.LossOf(trained.Score) + conversions, trained.Stopped);
        _trials.Add(trial);
        double eight = _problem.Cost(PolicyMoves.Widest(_search.Space));
        string best = Best is { } b
            ? string.Create(CultureInfo.InvariantCulture, $"best {eight / b.Cost:F2}x at {b.Loss:F2} points")
            : "none within the budget yet";
        _progress?.Report(string.Create(CultureInfo.InvariantCulture,
            $"Short training {_trials.Count}: {eight / trial.Cost:F2}x cheaper than 8 bits loses {trial.Loss:F2} "
                + $"points{(trial.Stopped ? " half-way, stopped" : "")}; {best}, {_options.Clock.Elapsed.TotalSeconds:F0} s"));
        if (Best == trial && _options.PolicyOutput is { } path) PolicyFile.Write(_search.ToPolicy(policy), path);
        return trial;
    }

    private bool IsWithin(TrainedTrial trial) => !trial.Stopped && trial.Loss <= _options.MaxLoss && _problem.Fits(trial.Policy.AsSpan());
}
