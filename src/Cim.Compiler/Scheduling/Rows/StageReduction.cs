using System.Collections.Immutable;

namespace Cim.Compiler.Scheduling.Rows;

/// <summary>
/// A graph without the stages that take no time: what they read is read directly. Every remaining row starts and ends as before, and a
/// simulation has a fraction of the rows to visit.
/// </summary>
internal static class StageReduction
{
    /// <summary>The reduced graph, and for each of its stages which one it was.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="isFree">True for a stage that takes no time.</param>
    public static (StageGraph Graph, ImmutableArray<int> Kept) Of(StageGraph graph, Func<int, bool> isFree)
    {
        var kept = ImmutableArray.CreateBuilder<int>();
        var stages = ImmutableArray.CreateBuilder<Stage>();
        int[] index = new int[graph.Stages.Length];
        var reads = new ImmutableArray<StageInput>[graph.Stages.Length];
        for (int s = 0; s < graph.Stages.Length; s++)
        {
            Stage stage = graph.Stages[s];
            reads[s] = Merged([.. stage.Inputs.SelectMany(i => isFree(i.Producer)
                ? reads[i.Producer].Select(further => new StageInput(further.Producer, i.Needs.Through(further.Needs)))
                : [i with { Producer = index[i.Producer] }])], stages);
            if (isFree(s)) continue;
            index[s] = stages.Count;
            kept.Add(s);
            stages.Add(stage with { Inputs = reads[s] });
        }

        return (new StageGraph(stages.ToImmutable(), [], graph.Layers), kept.ToImmutable());
    }

    /// <summary>One input for each producer: it needs what any of them needs.</summary>
    private static ImmutableArray<StageInput> Merged(StageInput[] inputs, ImmutableArray<Stage>.Builder stages) =>
        [.. inputs.GroupBy(i => i.Producer).Select(same => same.Aggregate((a, b) =>
            a with { Needs = a.Needs.Joined(b.Needs, stages[a.Producer].Rows) }))];
}
