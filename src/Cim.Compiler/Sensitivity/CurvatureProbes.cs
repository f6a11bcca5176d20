using Cim.Compiler.Evaluation;

namespace Cim.Compiler.Sensitivity;

/// <summary>The random vectors behind an estimate of the Hessian's diagonal.</summary>
/// <param name="Count">How many; the standard error of a trace falls with their root.</param>
/// <param name="Seed">Of the vectors.</param>
/// <param name="Clock">When it is over, no more vectors are taken; one always is.</param>
internal sealed record CurvatureProbes(int Count, ulong Seed, SearchClock Clock);
