using System.Collections.Immutable;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Execution;

/// <summary>Runs a program once and returns its values, all of them or some: what calibration and reports of errors need.</summary>
internal static class ProgramTrace
{
    /// <summary>All computed values by name, for a batch in the model's own element types.</summary>
    /// <param name="program">The program.</param>
    /// <param name="profile">The hardware.</param>
    /// <param name="inputs">One tensor per program input, all with the same batch size.</param>
    /// <param name="fidelity">How much of the hardware is simulated.</param>
    /// <param name="seed">Which chip is programmed.</param>
    public static Dictionary<string, Tensor> Run(
        ModelProgram program, HardwareProfile profile, IReadOnlyList<Tensor> inputs, Fidelity fidelity, ulong seed)
    {
        PreparedLayer[] layers = [.. program.Layers.Select((layer, i) => CrossbarSimulator.Prepare(layer, i, profile, fidelity, seed))];
        return Run(program, layers, inputs);
    }

    /// <summary>As above with layers already prepared, for many batches.</summary>
    /// <param name="program">The program.</param>
    /// <param name="layers">Its layers.</param>
    /// <param name="inputs">One tensor per program input, all with the same batch size.</param>
    /// <param name="firstUnit">The number of the first sample, for noise.</param>
    /// <param name="wanted">Values to return; null = all.</param>
    public static Dictionary<string, Tensor> Run(
        ModelProgram program, PreparedLayer[] layers, IReadOnlyList<Tensor> inputs, long firstUnit = 0,
        IReadOnlySet<string>? wanted = null)
    {
        if (inputs.Count != program.Inputs.Length)
            throw new CimException(ErrorCodes.BufferMismatch, $"{inputs.Count} inputs are given, the model has {program.Inputs.Length}.");
        int units = 1;
        for (int i = 0; i < inputs.Count; i++)
        {
            Shape declared = program.Values[program.Inputs[i]].Shape;
            for (int d = 0; d < Math.Min(declared.Rank, inputs[i].Shape.Rank); d++)
                if (declared[d] < 0) units = inputs[i].Shape[d] / -declared[d];
        }

        // Memory of values that are not wanted is used again.
        ExecutionPlan plan = wanted is null
            ? ExecutionPlan.Build(program, units, keepAll: true)
            : ExecutionPlan.Build(program with { Outputs = Indices(program, wanted) }, units);
        var context = new PlanContext(plan);
        for (int i = 0; i < inputs.Count; i++)
        {
            Memory<byte> target = context.Value(program.Inputs[i]);
            ProgramValue value = program.Values[program.Inputs[i]];
            if (value.Type != inputs[i].Type || target.Length != inputs[i].Data.Length)
                throw new CimException(ErrorCodes.BufferMismatch,
                    $"Input '{value.Name}' is {value.Type}{value.Shape}; {inputs[i].Type}{inputs[i].Shape} is given.");
            inputs[i].Data.CopyTo(target);
        }

        context.Prepare(layers, threads: 1);
        context.Run(layers, firstUnit, executor: null);
        var results = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        for (int i = 0; i < plan.Values.Length; i++)
        {
            if (program.Values[i].Constant is not null || plan.Values[i].Info is not { } info) continue;
            if (wanted is not null && !wanted.Contains(program.Values[i].Name)) continue;
            results[program.Values[i].Name] = info.Constant ?? new Tensor(info.Type, info.Shape, context.Value(i).ToArray());
        }

        return results;
    }

    private static ImmutableArray<int> Indices(ModelProgram program, IReadOnlySet<string> names) =>
        [.. Enumerable.Range(0, program.Values.Length)
            .Where(i => program.Values[i].Constant is null && names.Contains(program.Values[i].Name))];
}
