using Cim.Compiler.Pipeline;

namespace Cim.Cli.Commands.Advise;

/// <summary>One thing that could be done otherwise.</summary>
/// <param name="Kind">What kind of a change: <c>hardware</c>, <c>calibration</c>, <c>precision</c> or <c>training</c>.</param>
/// <param name="Text">The change as it is written where it is made: <c>encoding=differential</c>, <c>--calibration-method mse</c>.</param>
/// <param name="Apply">Changes a compilation.</param>
internal sealed record AdviceChange(string Kind, string Text, Func<CompileOptions, CompileOptions> Apply)
{
    /// <summary>Nothing is changed.</summary>
    public static AdviceChange None { get; } = new("none", "as it is", options => options);
}
