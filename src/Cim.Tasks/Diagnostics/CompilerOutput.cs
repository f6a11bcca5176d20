using System.Text.RegularExpressions;

namespace Cim.Tasks.Diagnostics;

/// <summary>What the compiler prints, in the form MSBuild knows: <c>file(line,col): warning CIMnnnn: text</c>.</summary>
internal static class CompilerOutput
{
    private static readonly Regex _warning = new(
        @"^[^:]*(:[^:]*)?:\s*warning\s+CIM\d{4}\s*:", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    public static bool IsWarning(string line) => _warning.IsMatch(line);
}
