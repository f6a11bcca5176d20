using System.Globalization;
using System.Text;

namespace Cim.Cli.Studies.Slurm;

/// <summary>Units as tasks of job arrays: a cluster limits the numbers of tasks, so an array begins at a unit of its own.</summary>
/// <param name="Offset">The unit of task 0.</param>
/// <param name="Tasks">The tasks, rising.</param>
internal sealed record SlurmTasks(int Offset, IReadOnlyList<int> Tasks)
{
    /// <summary>The arrays for some units.</summary>
    /// <param name="units">The units, rising.</param>
    /// <param name="arraySize">Tasks are numbered below this (MaxArraySize of the cluster).</param>
    public static IReadOnlyList<SlurmTasks> Of(IEnumerable<int> units, int arraySize) =>
        [.. units.GroupBy(u => u / arraySize).Select(g => new SlurmTasks(g.Key * arraySize, [.. g.Select(u => u % arraySize)]))];

    /// <summary>As sbatch reads them: <c>0-7,9</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (int i = 0; i < Tasks.Count;)
        {
            int end = i;
            while (end + 1 < Tasks.Count && Tasks[end + 1] == Tasks[end] + 1) end++;
            if (text.Length > 0) text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{Tasks[i]}");
            if (end > i) text.Append(CultureInfo.InvariantCulture, $"-{Tasks[end]}");
            i = end + 1;
        }

        return text.ToString();
    }

    /// <summary>Whether tasks that were submitted have one.</summary>
    public static bool Contains(string tasks, int task) => tasks.Split(',').Any(range =>
    {
        string[] ends = range.Split('-');
        return task >= int.Parse(ends[0], CultureInfo.InvariantCulture) && task <= int.Parse(ends[^1], CultureInfo.InvariantCulture);
    });
}
