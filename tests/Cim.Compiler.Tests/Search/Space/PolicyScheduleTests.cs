using Cim.Compiler.Ir;
using Cim.Compiler.Scheduling;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.Search.Space;

/// <summary>Policies by the schedules they come to.</summary>
public sealed class PolicyScheduleTests
{
    private static readonly HardwareProfile _isaac = HardwareProfiles.BuiltIn("isaac");

    private readonly Graph _graph = FashionSample.Load().Graph;

    [Theory, InlineData("latency"), InlineData("throughput"), InlineData("energy"), InlineData("energy-delay")]
    public void The_closed_form_is_near_the_schedule_that_is_compiled(string name)
    {
        Objective objective = PolicySearchOptions.Parse(name, isScheduled: true);
        (PolicySpace space, PolicySchedule schedule) = Space(objective, name == "throughput" ? name : "latency", 100);
        foreach (LayerBits bits in (LayerBits[])[new(8, 8, 0), new(4, 8, 0), new(4, 4, 0), new(2, 2, 4)])
        {
            int[] policy = PolicyMoves.Nearest(space, bits);
            Assert.InRange(space.Cost(policy) / schedule.Simulated(policy, objective), 0.6, 1.5);
        }
    }

    [Fact]
    public void Narrow_weights_leave_arrays_for_copies_so_they_count_where_the_sum_of_the_layers_does_not_see_them()
    {
        (PolicySpace sum, _) = Space(Objective.Latency, null, 0);
        (PolicySpace scheduled, _) = Space(Objective.ScheduledInterval, "throughput", 60);
        int Offered(PolicySpace space) => space.Choices[2].Select(c => space.Costs.Choices[c].WeightBits).Distinct().Count();
        Assert.True(Offered(scheduled) > Offered(sum));
        int[] wide = PolicyMoves.Nearest(scheduled, new LayerBits(8, 8, 0)),
            narrow = PolicyMoves.Nearest(scheduled, new LayerBits(2, 8, 0));
        Assert.True(scheduled.Cost(narrow) < scheduled.Cost(wide));
    }

    private (PolicySpace Space, PolicySchedule Schedule) Space(Objective objective, string? goal, long arrays)
    {
        LayerCostTable costs = LayerCostTable.Build(LayerShapes.Of(_graph, _isaac), _isaac, [2, 4, 6, 8], [2, 4, 6, 8], [4, 6, 0]);
        PolicySchedule? schedule = ScheduleRequest.Parse(goal, arrays) is { } request ? new PolicySchedule(_graph, costs, request) : null;
        return (PolicySpace.Create(costs, objective).With(schedule), schedule!);
    }
}
