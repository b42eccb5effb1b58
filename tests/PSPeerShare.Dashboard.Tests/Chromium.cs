using Microsoft.Playwright;

namespace PSPeerShare.Dashboard.Tests;

/// <summary>One real browser for all tests, if this machine has one.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private static readonly string[] Switches =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",

        // A name that a stranger owns and that leads here, as in a rebinding attack.
        "--host-resolver-rules=MAP rebound.example 127.0.0.1",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Where it is; null when it is not installed.</summary>
    public static string? Path { get; } = Array.Find(Candidates, File.Exists);

    /// <summary>A fresh profile: nothing is left of other tests.</summary>
    public async Task<IBrowserContext> NewContextAsync(int width = 1280, int height = 800, ColorScheme scheme = ColorScheme.Light, string? proxy = null)
    {
        IBrowserContext context = await _browser!.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = scheme,
            Locale = "en-GB",
            ReducedMotion = ReducedMotion.Reduce,

            // Loopback goes around a proxy unless told otherwise.
            Proxy = proxy is null ? null : new() { Server = proxy, Bypass = "<-loopback>" },
        });
        context.SetDefaultTimeout(20_000);
        return context;
    }

    public async Task InitializeAsync()
    {
        if (Path is null)
        {
            return;
        }

        // Test machines are busy machines.
        Assertions.SetDefaultExpectTimeout(20_000);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Path, Args = Switches });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}

/// <summary>The tests that share the browser. They run one after the other; a machine has two cores.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserGroup : ICollectionFixture<Chromium>
{
    public const string Name = "browser";
}
