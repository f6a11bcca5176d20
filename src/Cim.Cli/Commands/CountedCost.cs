using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Scheduling;
using Cim.Runtime;
using Cim.Runtime.Hardware;

namespace Cim.Cli.Commands;

/// <summary>What a network costs on a hardware, and what that leaves out.</summary>
/// <param name="Arrays">The layers on arrays.</param>
/// <param name="Digital">The digital operators.</param>
/// <param name="NotModelled">What neither has.</param>
internal sealed record CountedCost(Cost Arrays, DigitalCost Digital, ImmutableArray<string> NotModelled)
{
    /// <summary>Counts what the layers of a network leave out.</summary>
    public static CountedCost Of(Graph graph, Cost arrays, HardwareProfile profile) =>
        new(arrays, DigitalCost.Of(graph, arrays, profile), Unmodelled.Of(profile, arrays));
}
