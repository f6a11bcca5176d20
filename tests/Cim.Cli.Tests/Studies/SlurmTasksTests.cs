using Cim.Cli.Studies;
using Cim.Cli.Studies.Slurm;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Cli.Tests.Studies;

/// <summary>Job arrays and their scripts.</summary>
public sealed class SlurmTasksTests
{
    [Fact]
    public void Every_unit_is_a_task_of_exactly_one_array_and_no_task_is_beyond_the_limit() =>
        Gen.Select(Gen.Int[0, 5000].HashSet[1, 60], Gen.Int[2, 1500]).Holds(200, (units, size) =>
        {
            IReadOnlyList<SlurmTasks> arrays = SlurmTasks.Of(units.Order(), size);
            Assert.Equal(units.Order(), arrays.SelectMany(a => a.Tasks.Select(t => a.Offset + t)));
            Assert.All(arrays, a => Assert.All(a.Tasks, t => Assert.InRange(t, 0, size - 1)));
            foreach (SlurmTasks array in arrays)
                for (int t = 0; t < size; t++)
                    Assert.Equal(array.Tasks.Contains(t), SlurmTasks.Contains(array.ToString(), t));
        });

    [Fact]
    public void Neighbouring_tasks_are_a_range() => Assert.Equal("0-2,4,6-7", new SlurmTasks(0, [0, 1, 2, 4, 6, 7]).ToString());

    [Fact]
    public void A_script_has_the_options_the_set_up_and_quoted_paths()
    {
        var settings = new SlurmSettings(["partition=cpu", "time=00:30:00"], "module load dotnet\n", 7);
        string script = new SlurmScripts(new StudyStore("/data/Anna's study"), ["/opt/my tools/cim"], settings).Units();
        Assert.StartsWith("#!/bin/bash\n#SBATCH ", script, StringComparison.Ordinal);
        Assert.Contains("\n#SBATCH --partition=cpu\n#SBATCH --time=00:30:00\n", script, StringComparison.Ordinal);
        Assert.Contains("\nmodule load dotnet\n", script, StringComparison.Ordinal);
        Assert.Contains(@"'/opt/my tools/cim' 'unit' $((SLURM_ARRAY_TASK_ID + ${1:-0})) --store '/data/Anna'\''s study' &", script,
            StringComparison.Ordinal);
    }
}
