using System.Globalization;
using Cim.Runtime.Crossbar.Programming;
using Cim.Runtime.Model;

namespace Cim.Runtime.Execution;

/// <summary>The executors of a model, one for each plan. They program the cells of a chip once and share what it holds.</summary>
internal sealed class PlanTable
{
    private readonly ModelInfo _info;
    private readonly Executor[] _executors;

    /// <exception cref="CimException">CIM4001: a program is inconsistent.</exception>
    public PlanTable(CompiledModel compiled, ProgrammedChips? chips)
    {
        _info = compiled.Info;
        if (compiled.Plans > 1) chips ??= new ProgrammedChips(PreparedModels.Kept);
        _executors = new Executor[compiled.Plans];
        for (int i = 0; i < _executors.Length; i++) _executors[i] = new Executor(compiled.Only(i), chips);
    }

    /// <summary>The plan that the model's description is about.</summary>
    public Executor Calibrated => _executors[_info.CalibratedPlan];

    /// <summary>The executor of a plan.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such plan.</exception>
    public Executor this[int plan] => (uint)plan < (uint)_executors.Length ? _executors[plan]
        : throw new ArgumentOutOfRangeException(nameof(plan), plan, $"The model has {_executors.Length} plans.");

    /// <summary>Makes the layers of all plans ready.</summary>
    public void Prepare(Fidelity fidelity, ulong seed)
    {
        foreach (Executor executor in _executors) executor.Prepare(fidelity, seed);
    }

    /// <summary>The plan whose inputs have these lengths; of a model with one plan that one, whatever the lengths are.</summary>
    /// <param name="lengths">The values in each input.</param>
    /// <param name="count">How many samples they are.</param>
    /// <exception cref="CimException">CIM4002: no plan has them; the message lists all.</exception>
    public int IndexOf(ReadOnlySpan<int> lengths, int count)
    {
        if (_executors.Length == 1) return 0;
        for (int i = 0; i < _executors.Length; i++)
            if (Fits(_executors[i], lengths, count)) return i;
        throw NoPlan(lengths.ToArray(), count);
    }

    /// <summary>The plan and the number of samples of a run with one input and one output.</summary>
    /// <param name="input">The values in the input.</param>
    /// <param name="output">The values that the output holds.</param>
    /// <exception cref="CimException">CIM4002: no plan has them, or several.</exception>
    public (Executor Executor, int Count) Of(int input, int output)
    {
        (Executor? Executor, int Count) found = default;
        foreach (Executor executor in _executors)
        {
            int length = Math.Max(1, executor.InputLengths is [int one, ..] ? one : 1);
            if (input == 0 || input % length != 0) continue;
            int count = input / length;
            if (_executors.Length > 1 && (executor.OutputLengths.Length != 1 || executor.OutputLength(0, count) != output)) continue;
            if (found.Executor is not null)
                throw RunChecks.Mismatch(
                    $"{Port(0, input)} values are {found.Count} samples of one plan of the model and {count} of another; "
                    + "pass the number of samples");
            found = (executor, count);
        }

        if (found.Executor is { } only) return (only, found.Count);
        if (_executors.Length > 1) _ = IndexOf([input], 1);
        throw RunChecks.Mismatch($"Input '{_info.Inputs[0].Name}' has {input} values; a positive multiple of "
            + $"{Math.Max(1, _executors[0].InputLengths is [int needed, ..] ? needed : 1)} is needed (one sample after the other)");
    }

    // Apart from the search, so that a run allocates no closure.
    private CimException NoPlan(int[] lengths, int count)
    {
        string given = string.Join(" and ", lengths.Select((n, i) => Port(i, n)));
        string plans = string.Join("; ", _executors.Select((e, i) => Describe(e, i, count)));
        return RunChecks.Mismatch(
            $"No plan of the model takes {given} values for {count} sample{(count == 1 ? "" : "s")}; its plans take {plans}");
    }

    private static bool Fits(Executor executor, ReadOnlySpan<int> lengths, int count)
    {
        if (lengths.Length != executor.InputLengths.Length) return false;
        for (int i = 0; i < lengths.Length; i++)
            if (executor.InputLength(i, count) != lengths[i]) return false;
        return true;
    }

    private string Port(int input, long values) => string.Create(CultureInfo.InvariantCulture,
        $"'{(input < _info.Inputs.Length ? _info.Inputs[input].Name : input)}' with {values}");

    private string Describe(Executor executor, int plan, int count) =>
        $"{string.Join(" and ", executor.InputLengths.Select((_, i) => Port(i, executor.InputLength(i, count))))} "
            + $"({_info.Plans[plan].Dims})";
}
