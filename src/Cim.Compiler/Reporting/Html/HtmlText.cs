using System.Globalization;
using System.Net;

namespace Cim.Compiler.Reporting.Html;

/// <summary>Text as it appears in the page: escaped, numbers in invariant culture with a unit a person would use.</summary>
internal static class HtmlText
{
    public const string Missing = "<span class=\"none\">–</span>";

    public static string Escape(string? text) => WebUtility.HtmlEncode(text ?? "");

    // ONNX exporters name nodes by path: they differ at the end.
    private const int MostCharacters = 34;

    /// <summary>A name, of a long one the end; the whole name is its tooltip, and what a screen reader says.</summary>
    public static string Name(string name) => name.Length <= MostCharacters
        ? $"<span class=\"name\">{Escape(name)}</span>"
        : $"<span class=\"name\" title=\"{Escape(name)}\"><span aria-hidden=\"true\">…{Escape(name[^(MostCharacters - 1)..])}</span>"
            + $"<span class=\"unseen\">{Escape(name)}</span></span>";

    public static string Latency(double ns) => Scaled(ns, ["ns", "µs", "ms", "s"]);

    public static string Energy(double pj) => Scaled(pj, ["pJ", "nJ", "µJ", "mJ", "J"]);

    public static string Area(double um2) =>
        um2 < 1e4 ? Number(um2) + " µm²" : um2 < 1e10 ? Number(um2 / 1e6) + " mm²" : Number(um2 / 1e8) + " cm²";

    /// <summary>Bits as bytes, decimal prefixes.</summary>
    public static string Memory(long bits) => Scaled(bits / 8.0, ["B", "kB", "MB", "GB"]);

    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Percent(double fraction, int digits = 2) =>
        double.IsNaN(fraction) ? "NaN" : (fraction * 100).ToString("F" + digits, CultureInfo.InvariantCulture) + " %";

    public static string Percent(double? fraction, int digits = 2) =>
        fraction is { } value ? Percent(value, digits) : Missing;

    /// <summary>Signed percentage points between two fractions.</summary>
    public static string Points(double difference)
    {
        double points = Math.Round(difference * 100, 2);
        string sign = points > 0 ? "+" : points < 0 ? "−" : "±";
        return sign + Math.Abs(points).ToString("F2", CultureInfo.InvariantCulture) + " pp";
    }

    /// <summary>Three significant digits, thousands separated.</summary>
    public static string Number(double value)
    {
        if (!double.IsFinite(value)) return value.ToString(CultureInfo.InvariantCulture);
        double size = Math.Abs(value);
        int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size == 0 ? 0 : 3;
        return value.ToString("N" + decimals, CultureInfo.InvariantCulture);
    }

    public static string Shape(IEnumerable<int> dimensions) => string.Join("×", dimensions);

    /// <summary>A coordinate or length inside an SVG.</summary>
    public static string Svg(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);

    private static string Scaled(double value, string[] units)
    {
        int unit = 0;
        while (unit < units.Length - 1 && Math.Abs(value) >= 1000)
        {
            value /= 1000;
            unit++;
        }

        return $"{Number(value)} {units[unit]}";
    }
}
