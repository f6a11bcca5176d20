using System.Text;

namespace Cim.Compiler.Reporting.Plots;

/// <summary>A drawing of fixed size, line by line, numbers in the invariant culture.</summary>
internal sealed class SvgDocument
{
    private readonly StringBuilder _text = new();

    public SvgDocument(double width, double height, string title)
    {
        Line($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" "
            + $"font-family=\"system-ui, sans-serif\" font-size=\"13\">");
        Line($"<title>{Escape(title)}</title>");
        Line($"<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>");
    }

    /// <summary>Appends one element.</summary>
    public void Line(string element) => _text.Append(element).Append('\n');

    /// <summary>The finished drawing.</summary>
    public override string ToString() => _text + "</svg>\n";

    public static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("\"", "&quot;", StringComparison.Ordinal);

    /// <summary>A step of 1, 2 or 5 times a power of ten that cuts a span into about so many pieces.</summary>
    public static double NiceStep(double span, int pieces)
    {
        double raw = span / pieces, power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double digit = raw / power;
        return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
    }
}
