using Microsoft.Playwright;

namespace Cim.Browser.Tests;

/// <summary>The browser of this machine, started once for all tests.</summary>
public sealed class Chromium : IAsyncLifetime
{
    /// <summary>Why tests are skipped where it is missing.</summary>
    public const string Missing = "Chromium is not on this machine (Debian: apt-get install chromium)";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The program; null where there is none.</summary>
    public static string? Program { get; } =
        new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (Program is null) return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Program,
            // Containers have neither a user for the sandbox nor much shared memory; the pages are our own.
            Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>Opens a file without a network, and records what the console and the network report.</summary>
    /// <param name="file">The page.</param>
    /// <param name="width">Pixels of the window.</param>
    /// <param name="dark">The colour scheme.</param>
    public async Task<OpenPage> Open(string file, int width = 1280, bool dark = false)
    {
        if (_browser is null) Assert.Skip(Missing);
        IBrowserContext context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            Offline = true,
        });
        IPage page = await context.NewPageAsync();
        var opened = new OpenPage(page, context);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") opened.Problems.Add(message.Text);
        };
        page.PageError += (_, error) => opened.Problems.Add(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith("file:", StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
                opened.Problems.Add($"asks for {request.Url}");
        };
        await page.GotoAsync(new Uri(file).AbsoluteUri);
        return opened;
    }
}

/// <summary>A page that is open.</summary>
/// <param name="Page">The page.</param>
/// <param name="Context">Its session, closed at the end.</param>
public sealed record OpenPage(IPage Page, IBrowserContext Context) : IAsyncDisposable
{
    /// <summary>What the console and the network had to say.</summary>
    public List<string> Problems { get; } = [];

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Context.DisposeAsync();
}
