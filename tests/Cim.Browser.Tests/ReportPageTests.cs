using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Cim.Browser.Tests;

/// <summary>The report of a compilation as people see it.</summary>
public sealed class ReportPageTests(Chromium browser, Reports reports) : IClassFixture<Chromium>, IClassFixture<Reports>
{
    private const double MostBytes = 1.5e6;

    public static TheoryData<string, int> NetworksAndWidths =>
        [.. from network in Names from width in (int[])[1280, 768, 400] select new TheoryDataRow<string, int>(network, width)];

    private static string[] Names => ["resnet20", "vgg", "minilm"];

    [Theory, MemberData(nameof(NetworksAndWidths))]
    public async Task A_page_opens_without_a_word_of_the_console_and_never_scrolls_sideways(string network, int width)
    {
        string file = await reports.Of(network);
        Assert.InRange(new FileInfo(file).Length, 1, (long)MostBytes);
        await using OpenPage opened = await browser.Open(file, width);
        Assert.Empty(opened.Problems);
        int[] widths = await opened.Page.EvaluateAsync<int[]>(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]");
        Assert.True(widths[0] <= widths[1], $"{network} at {width}: {widths[0]} px of {widths[1]}; wide: {await Wide(opened.Page)}");
    }

    [Theory]
    [InlineData("resnet20", false)]
    [InlineData("resnet20", true)]
    [InlineData("vgg", false)]
    [InlineData("minilm", true)]
    public async Task A_page_breaks_no_rule_of_axe(string network, bool dark)
    {
        await using OpenPage opened = await browser.Open(await reports.Of(network), dark: dark);
        await HoldsRules(opened.Page);
    }

    internal static async Task HoldsRules(IPage page)
    {
        AxeResult result = await page.RunAxe();
        Assert.True(result.Passes.Length > 0, "axe ran no rule");
        Assert.True(result.Violations.Length == 0, string.Join('\n', result.Violations.Select(v =>
            $"{v.Id}: {v.Help} ({v.Nodes.Length}): {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html))}")));
    }

    // The elements that stick out of the window, for the message of a test that fails.
    private static Task<string> Wide(IPage page) => page.EvaluateAsync<string>("""
        [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll'))
            .slice(0, 5).map(e => e.tagName + '.' + e.getAttribute('class')).join(', ')
        """);
}
