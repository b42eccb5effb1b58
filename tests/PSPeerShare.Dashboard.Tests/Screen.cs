using Microsoft.Playwright;
using PSPeerShare.Core;
using PSPeerShare.Core.Dashboard;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Tests.Dashboard;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Dashboard.Tests;

/// <summary>A page of a dashboard in a browser, signed in. What the page complains about fails the test.</summary>
internal sealed class Screen : IAsyncDisposable
{
    private readonly List<string> _complaints = [];
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly List<IDisposable> _folders = [];

    private Screen(IPage page, string address)
    {
        Page = page;
        Address = address;
        page.PageError += (_, error) => _complaints.Add(error);
        page.Console += (_, message) =>
        {
            // The browser itself notes every request that fails; whether that is right is for each test to say.
            if (message.Type is "error" or "warning" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
            {
                _complaints.Add(message.Text);
            }
        };
    }

    public IPage Page { get; }

    /// <summary>The page's address without a code.</summary>
    public string Address { get; }

    /// <summary>Opens the dashboard of a real node.</summary>
    public static async Task<Screen> OpenAsync(IBrowserContext context, PeerNode node, params string[] roots)
    {
        DashboardInfo dashboard = await node.OpenDashboardAsync(new DashboardOptions { Roots = roots }, TestNode.Patience);
        return await ShowAsync(context, dashboard);
    }

    /// <summary>Opens a dashboard over a staged node.</summary>
    public static async Task<Screen> OpenAsync(IBrowserContext context, StagedNode node)
    {
        TempFolder folder = new();
        OwnerOnly.EnsureFolder(folder["home"], PeerError.HomeUnusable);
        Directory.CreateDirectory(folder["downloads"]);
        DashboardServer server = DashboardServer.Start(
            node, new DashboardOptions { Roots = [folder["downloads"]] }, folder["home"], TimeProvider.System, EventLog.Null);
        Screen screen = await ShowAsync(context, server.Invite([]));
        screen._owned.Add(server);
        screen._folders.Add(folder);
        return screen;
    }

    /// <summary>Goes to a view as a user does, by its link.</summary>
    public async Task GoAsync(string view)
    {
        await Page.GetByRole(AriaRole.Navigation, new() { Name = "Views" }).GetByRole(AriaRole.Link, new() { Name = view }).ClickAsync();
        await Page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = view }).WaitForAsync();
    }

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>The rows of what a search found.</summary>
    public ILocator Results => Page.GetByRole(AriaRole.Listbox, new() { Name = "Results" }).GetByRole(AriaRole.Option);

    public ILocator Result(string name) => Results.Filter(new() { HasText = name });

    /// <summary>Ends the dashboard behind the page.</summary>
    public async Task CloseDashboardAsync()
    {
        foreach (IAsyncDisposable owned in _owned)
        {
            await owned.DisposeAsync();
        }
    }

    /// <summary>Forgets what the page complained about so far.</summary>
    public void Forgive() => _complaints.Clear();

    public async ValueTask DisposeAsync()
    {
        await Page.CloseAsync();
        await CloseDashboardAsync();
        _folders.ForEach(f => f.Dispose());
        Assert.Empty(_complaints);
    }

    private static async Task<Screen> ShowAsync(IBrowserContext context, DashboardInfo dashboard)
    {
        IPage page = await context.NewPageAsync();
        Screen screen = new(page, $"http://127.0.0.1:{dashboard.Port}");
        await page.GotoAsync(dashboard.Url);
        await page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Transfers" }).WaitForAsync();
        return screen;
    }
}
