using System.Text.RegularExpressions;

namespace Cim.Tasks.Diagnostics;

/// <summary>A line of progress of the compiler: <c>[  12.3 s, about 40 s left] searching precisions</c>.</summary>
/// <param name="Seconds">Since it began, as it says it.</param>
/// <param name="Left">The time left, in its words; empty if it does not know.</param>
/// <param name="Doing">What it does.</param>
internal sealed record CompilerProgress(string Seconds, string Left, string Doing)
{
    private static readonly Regex _line = new(
        @"^\[\s*(?<seconds>[0-9]+)[0-9.]* s(, (?<left>[^\]]+))?\] (?<doing>.+)$", RegexOptions.CultureInvariant);

    /// <summary>Reads a line; null if it is another.</summary>
    public static CompilerProgress? TryParse(string line) => _line.Match(line) is { Success: true } match
        ? new CompilerProgress(match.Groups["seconds"].Value, match.Groups["left"].Value, match.Groups["doing"].Value)
        : null;
}
