using System.Collections.Immutable;

namespace Cim.Runtime;

/// <summary>One of several sizes that a network was compiled for. All plans share the weights and the arrays.</summary>
/// <param name="Dims">The sizes of its open dimensions: <c>sequence=16</c>.</param>
/// <param name="Inputs">The inputs in order, with these sizes.</param>
/// <param name="Outputs">The outputs in order, with these sizes.</param>
/// <param name="Cost">The cost of one inference.</param>
public sealed record ModelPlan(
    string Dims, ImmutableArray<TensorDescription> Inputs, ImmutableArray<TensorDescription> Outputs, Cost Cost);
