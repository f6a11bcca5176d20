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
    [InlineData("resnet20", "adc")]
    [InlineData("vgg", "conv")]
    [InlineData("minilm", "dense")]
    public async Task Charts_have_something_in_them(string network, string kind)
    {
        await using OpenPage opened = await browser.Open(await reports.Of(network));
        string[] charts = ["#headline", ".share rect.k-" + (kind == "adc" ? "conv" : kind), ".bars rect.e-adc", ".histograms path.values",
            ".graph .node", "polyline.all", ".layers tbody tr", .. kind == "adc" ? new[] { ".bars rect.f-adc" } : []];
        foreach (string chart in charts)
        {
            IReadOnlyList<ILocator> found = await opened.Page.Locator(chart).AllAsync();
            bool isDrawn = false;
            foreach (ILocator part in found)
                if (await part.BoundingBoxAsync() is { Width: > 0, Height: > 0 })
                {
                    isDrawn = true;
                    break;
                }

            Assert.True(isDrawn, $"{network}: none of {found.Count} {chart} has a size");
        }
    }

    [Fact]
    public async Task Figures_are_sorted_by_keyboard_and_long_names_are_whole_for_screen_readers()
    {
        await using OpenPage opened = await browser.Open(await reports.Of("minilm"));
        IPage page = opened.Page;
        await page.Locator(".layers thead button", new PageLocatorOptions { HasText = "arrays" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        int[] arrays = [.. (await page.Locator(".layers tbody tr td:nth-child(6)").AllInnerTextsAsync()).Select(t =>
            int.Parse(t.Replace(",", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture))];
        Assert.True(arrays.Length > 30 && arrays.Zip(arrays.Skip(1)).All(p => p.First <= p.Second), string.Join(' ', arrays));
        Assert.Equal(1, await page.Locator(".layers th[aria-sort=ascending]").CountAsync());
        Assert.NotNull(await page.Locator(".layers .unseen", new PageLocatorOptions
        {
            HasText = "/encoder/layer.0/attention/self/query/MatMul",
        }).First.TextContentAsync());
    }

    [Theory]
    [InlineData("resnet20")]
    [InlineData("minilm")]
    public async Task Printing_loses_no_column(string network)
    {
        // A4 across within its margins, at 96 dots an inch.
        await using OpenPage opened = await browser.Open(await reports.Of(network), width: 1047);
        await opened.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        string hidden = await opened.Page.EvaluateAsync<string>("""
            [...document.querySelectorAll('table, .bars, .histograms, svg')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
                .map(e => e.tagName + '.' + e.getAttribute('class') + ' ' + e.getBoundingClientRect().right).join(', ')
            """);
        Assert.Equal("", hidden);
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

    [Theory]
    [InlineData(1280, false)]
    [InlineData(400, true)]
    public async Task Two_compilations_side_by_side_are_a_page_like_any(int width, bool dark)
    {
        string file = await reports.Compared("vgg", "minilm");
        await using OpenPage opened = await browser.Open(file, width, dark);
        Assert.Empty(opened.Problems);
        Assert.True(await opened.Page.Locator("#figures").IsVisibleAsync());
        Assert.True(await opened.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"),
            await Wide(opened.Page));
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
