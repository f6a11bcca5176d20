namespace Cim.Compiler.Pipeline;

/// <summary>How long a stage took.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Seconds">Wall clock, without verification and dumps.</param>
internal sealed record StageTime(string Name, double Seconds);
