using System.Collections.Immutable;
using Cim.Runtime.Hardware;
using Cim.Runtime.Program;

namespace Cim.Runtime.Model;

/// <summary>Everything a <c>.cim</c> holds.</summary>
/// <param name="Info">What it says of itself.</param>
/// <param name="Hardware">What it was compiled for.</param>
/// <param name="Program">The program; of a model with several plans that of <see cref="ModelInfo.CalibratedPlan"/>.</param>
internal sealed record CompiledModel(ModelInfo Info, HardwareProfile Hardware, ModelProgram Program)
{
    /// <summary>The programs of the other plans in order. Layer i of each is layer i of <see cref="Program"/> on the same arrays.</summary>
    public ImmutableArray<ModelProgram> OtherPrograms { get; init; } = [];

    /// <summary>How many plans there are.</summary>
    public int Plans => OtherPrograms.Length + 1;

    /// <summary>The program of a plan, in the order of <see cref="ModelInfo.Plans"/>.</summary>
    public ModelProgram ProgramOf(int plan) => plan == Info.CalibratedPlan ? Program
        : OtherPrograms[plan < Info.CalibratedPlan ? plan : plan - 1];

    /// <summary>A plan as a model of its own.</summary>
    public CompiledModel Only(int plan) => Plans == 1 ? this : new(
        Info with
        {
            Inputs = Info.Plans[plan].Inputs, Outputs = Info.Plans[plan].Outputs, Cost = Info.Plans[plan].Cost,
            Plans = [], CalibratedPlan = 0,
        },
        Hardware, ProgramOf(plan));
}
