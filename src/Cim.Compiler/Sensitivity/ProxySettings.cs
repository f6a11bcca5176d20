using Cim.Compiler.Evaluation;

namespace Cim.Compiler.Sensitivity;

/// <summary>How an estimate is chosen.</summary>
/// <param name="Seed">Of random probes.</param>
/// <param name="Clock">Ends the choice early.</param>
/// <param name="Store">Remembers choices; null = nothing is remembered.</param>
internal sealed record ProxySettings(ulong Seed, SearchClock Clock, IProxyStore? Store);
