using Cim.Compiler.Ir;
using Cim.Compiler.Scheduling;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.Search;

public sealed class ScheduleVerificationTests
{
    [Fact]
    public void Of_the_policies_within_the_budget_the_one_with_the_best_schedule_is_taken()
    {
        var (graph, _, _) = FashionSample.Load();
        var isaac = HardwareProfiles.BuiltIn("isaac");
        LayerCostTable costs = LayerCostTable.Build(LayerShapes.Of(graph, isaac), isaac, [4, 8], [4, 8], [0]);
        var schedule = new PolicySchedule(graph, costs, new ScheduleRequest(ScheduleGoal.Latency, 80));
        PolicySpace space = PolicySpace.Create(costs, Objective.ScheduledLatency).With(schedule);
        var problem = new SearchProblem(space, new LossTable([.. Enumerable.Repeat(0.0, costs.Layers.Length * costs.Choices.Length)],
            costs.Choices.Length), 1, long.MaxValue, 10, 1);
        Trial[] trials = [.. new (int W, int A, double Loss)[] { (8, 8, 0), (4, 8, 0.5), (8, 4, 0.7), (4, 4, 3) }.Select(t =>
        {
            int[] policy = PolicyMoves.Nearest(space, new LayerBits(t.W, t.A, 0));
            return new Trial([.. policy], problem.Cost(policy), t.Loss, t.Loss);
        })];
        Trial claimed = trials[0];
        SearchResult found = ScheduleVerification.Run(
            problem, new SearchResult(claimed.Policy, 0, trials.Take(3).Max(t => t.Cost), [.. trials]), null, default);
        double Simulated(Trial t) => schedule.Simulated(t.Policy.AsSpan(), space.Objective);
        Assert.Equal(trials.Take(3).Min(Simulated), schedule.Simulated(found.Policy!.Value.AsSpan(), space.Objective));
        Assert.True(found.Loss <= 1);
    }

    [Fact]
    public void Trained_candidates_are_ranked_by_their_schedules_but_for_those_that_were_stopped()
    {
        var (graph, _, _) = FashionSample.Load();
        var isaac = HardwareProfiles.BuiltIn("isaac");
        LayerCostTable costs = LayerCostTable.Build(LayerShapes.Of(graph, isaac), isaac, [4, 8], [4, 8], [0]);
        var schedule = new PolicySchedule(graph, costs, new ScheduleRequest(ScheduleGoal.Latency, 80));
        PolicySpace space = PolicySpace.Create(costs, Objective.ScheduledLatency).With(schedule);
        TrainedTrial[] trials = [.. new[] { (8, 8, false), (4, 8, true), (4, 4, false) }.Select(t =>
        {
            int[] policy = PolicyMoves.Nearest(space, new LayerBits(t.Item1, t.Item2, 0));
            return new TrainedTrial("front", [.. policy], space.Cost(policy), costs.Total(policy), 0, t.Item3);
        })];
        TrainedTrial[] scheduled = [.. ScheduleVerification.Scheduled(space, trials, null, default)];
        Assert.Equal(trials.Select(t => t.Cost), scheduled.Select(t => t.Cost));
        Assert.Null(scheduled[1].ScheduledCost);
        Assert.All([scheduled[0], scheduled[2]], t => Assert.Equal(
            schedule.Simulated(t.Policy.AsSpan(), Objective.ScheduledLatency), t.RankingCost));

        // Where layers add up there is nothing to simulate.
        PolicySpace sums = PolicySpace.Create(costs, Objective.Latency);
        Assert.All(ScheduleVerification.Scheduled(sums, trials, null, default), t => Assert.Equal(t.Cost, t.RankingCost));
    }
}
