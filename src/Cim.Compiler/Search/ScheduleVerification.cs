using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search;

/// <summary>
/// Where the objective counts a schedule, a search goes by its closed form. Of the policies within the budget the cheapest are scheduled
/// as the compiled network will be, and the one whose schedule is best is taken.
/// </summary>
internal static class ScheduleVerification
{
    private const int MostCandidates = 6;

    /// <summary>The closed form is off by less, so what is dearer by more is not scheduled.</summary>
    private const double Margin = 1.5;

    /// <summary>The result with the policy of the best schedule.</summary>
    /// <param name="problem">What was searched.</param>
    /// <param name="found">What was found.</param>
    /// <param name="progress">One line.</param>
    /// <param name="cancellation">Checked before each schedule.</param>
    public static SearchResult Run(
        SearchProblem problem, SearchResult found, IProgress<string>? progress, CancellationToken cancellation)
    {
        PolicySpace space = problem.Space;
        if (space.Schedule is not { } schedule || space.IsAdditive || found.Policy is null) return found;
        Trial[] candidates = [.. found.Trials
            .Where(t => t.Loss <= problem.MaxLoss && problem.Fits(t.Policy.AsSpan()) && t.Cost <= found.Cost * Margin)
            .OrderBy(t => t.Cost).ThenBy(t => t.Loss).Take(MostCandidates)];
        if (candidates.Length < 2) return found;
        progress?.Report(string.Create(CultureInfo.InvariantCulture, $"Scheduling the {candidates.Length} cheapest policies"));
        (Trial best, double least) = (candidates[0], double.PositiveInfinity);
        foreach (Trial trial in candidates)
        {
            double cost = Cost(schedule, trial.Policy, space, cancellation);
            if (cost < least) (best, least) = (trial, cost);
        }

        return found with { Policy = best.Policy, Loss = best.Loss, Cost = best.Cost };
    }

    /// <summary>Measured policies, cheapest first: where the objective counts a schedule, the cheapest by closed form in the order of their
    /// schedules.</summary>
    /// <param name="space">What was searched.</param>
    /// <param name="trials">The policies.</param>
    /// <param name="cancellation">Checked before each schedule.</param>
    public static IEnumerable<Trial> Ranked(PolicySpace space, IEnumerable<Trial> trials, CancellationToken cancellation)
    {
        Trial[] ordered = [.. trials.OrderBy(t => t.Cost)];
        if (space.Schedule is not { } schedule || space.IsAdditive) return ordered;
        return ordered.Take(MostCandidates).OrderBy(t => Cost(schedule, t.Policy, space, cancellation))
            .Concat(ordered.Skip(MostCandidates));
    }

    /// <summary>Trained candidates with the cost of their schedules, where the objective counts one.</summary>
    /// <param name="space">What was searched.</param>
    /// <param name="trials">The candidates.</param>
    /// <param name="progress">One line.</param>
    /// <param name="cancellation">Checked before each schedule.</param>
    public static ImmutableArray<TrainedTrial> Scheduled(
        PolicySpace space, IReadOnlyCollection<TrainedTrial> trials, IProgress<string>? progress, CancellationToken cancellation)
    {
        int finished = trials.Count(t => !t.Stopped);
        if (space.Schedule is not { } schedule || space.IsAdditive || finished == 0) return [.. trials];
        progress?.Report(string.Create(CultureInfo.InvariantCulture, $"Scheduling the {finished} candidates that were trained"));
        return [.. trials.Select(t => t.Stopped ? t
            : t with { ScheduledCost = Cost(schedule, t.Policy, space, cancellation) })];
    }

    private static double Cost(PolicySchedule schedule, ImmutableArray<int> policy, PolicySpace space, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return schedule.Simulated(policy.AsSpan(), space.Objective);
    }
}
