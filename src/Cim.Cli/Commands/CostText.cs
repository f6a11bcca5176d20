using System.Globalization;
using Spectre.Console;

namespace Cim.Cli.Commands;

/// <summary>Figures of a cost for people.</summary>
internal static class CostText
{
    /// <summary>A cell of a table, its text at the right.</summary>
    public static Text Cell(FormattableString text) => new Text(Invariant(text)).RightJustified();

    /// <summary>Nanoseconds, in the unit that leaves few digits.</summary>
    public static string Time(double ns) =>
        ns >= 1e6 ? Invariant($"{ns / 1e6:0.###} ms") : ns >= 1e3 ? Invariant($"{ns / 1e3:0.###} us") : Invariant($"{ns:0.###} ns");

    /// <summary>Picojoules, in the unit that leaves few digits.</summary>
    public static string Energy(double pj) =>
        pj >= 1e9 ? Invariant($"{pj / 1e9:0.###} mJ") : pj >= 1e6 ? Invariant($"{pj / 1e6:0.###} uJ")
        : pj >= 1e3 ? Invariant($"{pj / 1e3:0.###} nJ") : Invariant($"{pj:0.###} pJ");

    /// <summary>A figure in its unit; a dash where the profile states none.</summary>
    public static string Stated(double? figure, Func<double, string> text) => figure is { } value ? text(value) : "-";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
