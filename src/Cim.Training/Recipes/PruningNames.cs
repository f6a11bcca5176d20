using Cim.Training.Pruning;

namespace Cim.Training.Recipes;

/// <summary>What a recipe calls the ways to prune.</summary>
internal static class PruningNames
{
    public static readonly IReadOnlyDictionary<string, PruningGranularity> Granularities =
        new SortedDictionary<string, PruningGranularity>(StringComparer.Ordinal)
    {
        ["array"] = PruningGranularity.Array,
        ["arrayColumn"] = PruningGranularity.ArrayColumn,
        ["arrayRow"] = PruningGranularity.ArrayRow,
        ["filter"] = PruningGranularity.Filter,
        ["strip"] = PruningGranularity.Strip,
        ["weight"] = PruningGranularity.Weight,
    };

    public static readonly IReadOnlyDictionary<string, PruningScore> Scores = new SortedDictionary<string, PruningScore>(
        StringComparer.Ordinal)
    {
        ["fisher"] = PruningScore.Fisher,
        ["gradient"] = PruningScore.GradientTimesWeight,
        ["magnitude"] = PruningScore.Magnitude,
    };
}
