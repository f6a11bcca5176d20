using static Cim.Compiler.Reporting.Html.HtmlText;

namespace Cim.Compiler.Reporting.Html;

/// <summary>Parts of the page that scroll on their own, also by keyboard.</summary>
internal static class Tall
{
    private const int FewRows = 24;

    /// <summary>A list that scrolls where it has many rows.</summary>
    public static string Region(string label, string html, int rows) => rows <= FewRows ? html : Scroll(label, html, "scroll tall");

    /// <summary>Something that may be wider, or higher, than the page.</summary>
    public static string Scroll(string label, string html, string kind = "scroll") =>
        $"<div class=\"{kind}\" tabindex=\"0\" role=\"region\" aria-label=\"{Escape(label)}\">\n{html}</div>";
}
