using System.Collections.Immutable;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Plans;
using Cim.Runtime;
using Cim.Runtime.Model;
using Cim.Runtime.Program;

namespace Cim.Compiler.Stages;

/// <summary>Afterwards the compiled model has a plan for each of several sizes, all on the same arrays.</summary>
internal sealed class PlansStage : ICompileStage
{
    public string Name => "Plans";

    public bool AppliesTo(CompileState state, CompileContext context) => !context.Options.Import.Sizes.IsEmpty;

    public string Announcement(CompileState state, CompileContext context) =>
        $"planning {context.Options.Import.Sizes.Count} sizes on the same arrays";

    /// <exception cref="CimException">CIM0018: a size makes another network, or the network cannot be run at it.</exception>
    public CompileState Run(CompileState state, CompileContext context)
    {
        ImportOptions import = context.Options.Import;
        CompiledModel model = state.Emitted!.Model;
        var plans = ImmutableArray.CreateBuilder<ModelPlan>();
        var programs = ImmutableArray.CreateBuilder<ModelProgram>();
        for (int i = 0; i < import.Sizes.Count; i++)
        {
            string dims = import.Sizes.Describe(i);
            if (i == import.Plan)
            {
                plans.Add(new ModelPlan(dims, model.Info.Inputs, model.Info.Outputs, model.Info.Cost));
                continue;
            }

            Graph other = state.OtherSizes[programs.Count];
            (ModelProgram program, Cost cost) = Plan(state, context, other, dims);
            plans.Add(new ModelPlan(
                dims, ModelDescription.Describe(other, other.Inputs), ModelDescription.Describe(other, other.Outputs), cost));
            programs.Add(program);
        }

        CompiledModel planned = model with
        {
            Info = model.Info with { Plans = plans.ToImmutable(), CalibratedPlan = import.Plan },
            OtherPrograms = programs.ToImmutable(),
        };
        return state with { Emitted = state.Emitted with { Model = planned } };
    }

    private static (ModelProgram Program, Cost Cost) Plan(CompileState state, CompileContext context, Graph other, string dims)
    {
        if (new PlanRebinding(state.Imported!, other).Rebind(state.Quantized.Quantized, out string? sized) is not { } graph)
            throw PlanImport.Refused(context, dims, $"{sized} depends on the size");
        GraphVerifier.Verify(graph, nameof(PlanRebinding));
        (LoweredModel lowered, Cost cost) = NetworkLowering.Lower(
            graph, state.Mapped!.Policy, state with { Shapes = LayerShapes.Of(other, context.Hardware) }, context);
        ModelProgram? program = SharedLayers.Of(lowered.Program, state.Emitted!.Model.Program, out string? layer);
        return program is not null ? (program, ScheduleStage.Scheduled(cost, other, lowered, state, context))
            : throw PlanImport.Refused(context, dims, $"layer '{layer}' has another matrix at this size, and plans share their arrays");
    }
}
