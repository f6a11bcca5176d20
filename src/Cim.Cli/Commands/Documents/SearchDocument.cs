using System.Text.Json.Serialization;
using Cim.Cli.Invocation;
using Cim.Compiler.Precision;
using Cim.Compiler.Scheduling.ClosedForm;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Space;
using Cim.Runtime;

namespace Cim.Cli.Commands.Documents;

/// <summary>How the policy of a compilation was found.</summary>
internal sealed class SearchDocument(SearchSummary search)
{
    public string Searcher => search.Searcher;
    public int Evaluations => search.Evaluations;
    public int Episodes => search.Episodes;
    public bool RanOutOfTime => search.RanOutOfTime;
    public double Seconds => search.Seconds;
    public double Log10Policies => search.Log10Policies;
    public bool WithinBudget => search.IsWithinBudget;
    public double ValidationLoss => search.ValidationLoss;
    public double? ProxyOptimum => search.ProxyOptimum;
    public bool ProxyOptimumIsProven => search.ProxyOptimumIsProven;
    public BaselineDocument Chosen => 
        new(new SearchBaseline(search.Chosen, search.ValidationLoss) { Schedule = search.ChosenSchedule });
    public BaselineDocument Uniform8 => new(search.Eight);
    public BaselineDocument Uniform4 => new(search.Four);
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BaselineDocument? ProxyStart => search.ProxyStart is { } start ? new BaselineDocument(start) : null;
    public string Estimate => search.Proxy;
    public IReadOnlyDictionary<string, double> RankCorrelationWithLoss => search.Proxies.ToDictionary(q => q.Proxy, q => q.WithLoss);
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TrainingDocument? Training => search.Training is { } training ? new TrainingDocument(training) : null;
}

/// <summary>A policy's cost and estimated loss.</summary>
internal sealed class BaselineDocument(SearchBaseline policy)
{
    public double LatencyNs => policy.Cost.LatencyNs;
    public double EnergyPj => policy.Cost.EnergyPj;
    public long Arrays => policy.Cost.Arrays;
    public double ValidationLoss => policy.Loss;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ScheduleCost? Schedule => policy.Schedule;
}

/// <summary>The short trainings of a search.</summary>
internal sealed class TrainingDocument(TrainedSearch training)
{
    public double FloatScore => training.FloatScore;
    public double EightBitScore => training.EightBitScore;
    public IEnumerable<CandidateDocument> Candidates => training.Trials.Select(trial => new CandidateDocument(trial));
}

/// <summary>A candidate that was trained for a short time.</summary>
internal sealed class CandidateDocument(TrainedTrial trial)
{
    public string Origin => trial.Origin;
    public double LatencyNs => trial.Costs.LatencyNs;
    public double EnergyPj => trial.Costs.EnergyPj;
    public long Arrays => trial.Costs.Arrays;
    public double ValidationLoss => trial.Loss;
    public bool Stopped => trial.Stopped;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ScheduledCost => trial.ScheduledCost;
}

/// <summary>What <c>cim pareto --json</c> prints.</summary>
internal sealed class ParetoDocument(PolicySearch search, IEnumerable<MeasuredPoint> points, string objective) : JsonResult
{
    public string Objective => objective;
    public IEnumerable<PointDocument> Points =>
        points.Select(point => new PointDocument(point, search.ToPolicy(point.Policy.AsSpan())));
}

/// <summary>What a policy comes to as a schedule.</summary>
internal sealed class ScheduleEstimateDocument(ScheduleEstimate schedule)
{
    public double LatencyNs => schedule.LatencyNs;
    public double ThroughputPerSecond => 1e9 / schedule.IntervalNs;
    public double EnergyPj => schedule.EnergyPj;
}

/// <summary>A measured policy.</summary>
internal sealed class PointDocument(MeasuredPoint point, QuantizationPolicy policy)
{
    public double LatencyNs => point.Cost.LatencyNs;
    public double EnergyPj => point.Cost.EnergyPj;
    public long Arrays => point.Cost.Arrays;
    public double ValidationLoss => point.Loss;
    public double Estimate => point.Estimate;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ScheduleEstimateDocument? Schedule => point.Schedule is { } s ? new ScheduleEstimateDocument(s) : null;
    public bool OnFront => point.IsOnFront;
    public IEnumerable<PolicyEntry> Policy => PolicyEntry.AllOf(PolicyText.Of(policy));
}
