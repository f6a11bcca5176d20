using System.Collections.Immutable;
using System.Diagnostics;
using Cim.Compiler.Messages;

namespace Cim.Compiler.Pipeline;

/// <summary>What every stage of a compilation has at hand: the options, and where it tells its progress and its warnings.</summary>
internal sealed class CompileContext(
    CompileOptions options, IProgress<string>? progress, Action<CompileWarning>? warned, CancellationToken cancellation)
{
    private readonly List<CompileWarning> _warnings = [];
    private readonly Stopwatch _time = Stopwatch.StartNew();

    public CompileOptions Options => options;

    public IProgress<string>? Progress => progress;

    public CancellationToken Cancellation => cancellation;

    public ImmutableArray<CompileWarning> Warnings => [.. _warnings];

    public double Seconds => _time.Elapsed.TotalSeconds;

    /// <summary>Tells that a step begins, unless it is not to begin any more.</summary>
    public void Step(string what)
    {
        cancellation.ThrowIfCancellationRequested();
        progress?.Report(FormattableString.Invariant($"[{Seconds,6:F1} s] {what}"));
    }

    /// <summary>The same without progress, for steps that are repeated many times.</summary>
    public CompileContext Quietly() => new(options, null, warned, cancellation);

    /// <summary>Warns once of one thing.</summary>
    public void Warn(string code, MessageText text)
    {
        var warning = new CompileWarning(code, text, options.ModelPath);
        if (_warnings.Contains(warning)) return;
        _warnings.Add(warning);
        warned?.Invoke(warning);
    }
}
