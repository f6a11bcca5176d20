namespace Cim.Runtime.Execution;

/// <summary>What a caller asks of one run besides its memory.</summary>
/// <param name="Count">How many samples.</param>
/// <param name="Options">How to simulate; null: the default.</param>
/// <param name="Cancellation">Stops between samples.</param>
internal readonly record struct RunCall(int Count, RunOptions? Options, CancellationToken Cancellation);
