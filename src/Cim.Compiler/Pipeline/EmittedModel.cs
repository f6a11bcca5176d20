using System.Collections.Immutable;
using Cim.Compiler.Locking;
using Cim.Runtime;
using Cim.Runtime.Model;

namespace Cim.Compiler.Pipeline;

/// <summary>What is going to be written.</summary>
/// <param name="Model">The compiled model.</param>
/// <param name="Saturation">Share of conversions at the end of the ADC's range, by layer.</param>
/// <param name="IsLossy">True if converters change sums.</param>
/// <param name="Fidelity">The fidelity the model is used at, which budgets are checked at.</param>
/// <param name="Result">The same as a lock file pins it.</param>
internal sealed record EmittedModel(
    CompiledModel Model, ImmutableDictionary<string, double> Saturation, bool IsLossy, Fidelity Fidelity, LockResult Result)
{
    /// <summary>Sums of each layer's columns in bins relative to the range of their converters, by name; empty for ideal
    /// read-outs.</summary>
    public ImmutableDictionary<string, ImmutableArray<long>> Conversions { get; init; } =
        ImmutableDictionary<string, ImmutableArray<long>>.Empty;
}
