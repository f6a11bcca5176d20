using Cim.Compiler.Lowering;
using Cim.Compiler.Precision;
using Cim.Compiler.Scheduling;
using Cim.Runtime;

namespace Cim.Compiler.Pipeline;

/// <summary>A network on arrays.</summary>
/// <param name="Policy">The precision of each layer as its integers have it.</param>
/// <param name="Lowered">The program, before converter ranges are measured.</param>
/// <param name="Cost">What it costs.</param>
/// <param name="Baseline">What 8 bits everywhere cost.</param>
internal sealed record MappedNetwork(QuantizationPolicy Policy, LoweredModel Lowered, Cost Cost, Cost Baseline)
{
    /// <summary>Its layers at work at once on the chip; null for hardware that keeps no weights, or without layers on arrays.</summary>
    public Schedule? Schedule { get; init; }
}
