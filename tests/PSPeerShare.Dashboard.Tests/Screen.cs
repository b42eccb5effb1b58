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
    private string _downloads = "";

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

    /// <summary>
    /// Opens the dashboard of a real node, in a window of its own: of several pages in one window the browser draws only
    /// the one in front, and the others answer a second later.
    /// </summary>
    public static async Task<Screen> OpenAsync(Chromium chromium, PeerNode node, params string[] roots)
    {
        DashboardInfo dashboard = await node.OpenDashboardAsync(new DashboardOptions { Roots = roots }, TestNode.Patience);
        IBrowserContext context = await chromium.NewContextAsync();
        Screen screen = await ShowAsync(context, dashboard);
        screen._owned.Add(context);
        return screen;
    }

    /// <summary>Opens a dashboard over a staged node.</summary>
    public static async Task<Screen> OpenAsync(IBrowserContext context, StagedNode node)
    {
        TempFolder folder = new();
        OwnerOnly.EnsureFolder(folder["home"], PeerError.HomeUnusable);
        Directory.CreateDirectory(folder["downloads"]);
        DashboardServer server = DashboardServer.Start(
            node, new DashboardOptions { Roots = [folder["downloads"]], Explain = Explain }, folder["home"], TimeProvider.System, EventLog.Null);
        Screen screen = await ShowAsync(context, server.Invite([]));
        screen._owned.Add(server);
        screen._folders.Add(folder);
        screen._downloads = folder["downloads"];
        return screen;
    }

    /// <summary>Waits until the page has drawn all that it knows.</summary>
    public async Task DrawnAsync() => await Page.EvaluateAsync(
        """
        async () => {
          const { draw, onDraw } = await import('/js/state.js');
          await new Promise((resolve) => {
            const stop = onDraw(() => { stop(); resolve(); });
            draw();
          });
          for (let i = 0; i < 2; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
        }
        """);

    /// <summary>Goes to a view as a user does, by its link.</summary>
    public async Task GoAsync(string view)
    {
        await Page.GetByRole(AriaRole.Navigation, new() { Name = "Views" }).GetByRole(AriaRole.Link, new() { Name = view }).ClickAsync();
        await Page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = view }).WaitForAsync();
    }

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>A path below the only folder of a staged node's picker.</summary>
    public string Downloads(string name) => Path.Combine(_downloads, name);

    /// <summary>The rows of what a search found.</summary>
    public ILocator Results => Page.GetByRole(AriaRole.Listbox, new() { Name = "Results" }).GetByRole(AriaRole.Option);

    public ILocator Result(string name) => Results.Filter(new() { HasText = name });

    /// <summary>Orders a file of the first peer, by the page's own call.</summary>
    public async Task BeginFetchAsync() => await Page.EvaluateAsync(
        """
        async () => {
          const { call } = await import('/js/api.js');
          const [{ roots }, { peers }] = [await call('GET', 'folders'), await call('GET', 'peers')];
          await call('POST', 'fetch', {
            root: roots[0].id, files: [{ name: 'a', sharePath: 's/a', length: 1, modified: 0, hash: null, peer: '', nodeId: peers[0].nodeId }],
          });
        }
        """);

    /// <summary>Drops files into the Send view; a negative length only pretends to be that long.</summary>
    public async Task DropAsync(params (string Name, double Length)[] files)
    {
        IJSHandle drop = await Page.EvaluateHandleAsync(
            """
            (files) => {
              const data = new DataTransfer();
              for (const [name, length] of files) {
                const file = new File([new Uint8Array(Math.max(0, length))], name);
                data.items.add(file);
              }
              const pretended = [...data.files].map((file, i) => (files[i][1] < 0 ? Object.defineProperty(file, 'size', { value: -files[i][1] }) : file));
              return files.some(([, length]) => length < 0) ? { items: [], files: pretended } : data;
            }
            """,
            files.Select(f => new object[] { f.Name, f.Length }).ToArray());
        await Page.Locator(".drop").EvaluateAsync(
            """
            (place, data) => {
              const drop = new DragEvent('drop', { bubbles: true, cancelable: true });
              Object.defineProperty(drop, 'dataTransfer', { value: data });
              place.dispatchEvent(drop);
            }
            """,
            drop);
    }

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

    private static (string Message, string? Action) Explain(PeerShareException failure) => failure.Error switch
    {
        PeerError.PeerUnreachable => ($"Nothing answers at {failure.Target}.", "Check that the server runs there."),
        PeerError.ConnectionLost => ($"The connection with {failure.Target} was cut.", "Check the network and try again."),
        _ => (failure.Message, null),
    };

    private static async Task<Screen> ShowAsync(IBrowserContext context, DashboardInfo dashboard)
    {
        IPage page = await context.NewPageAsync();
        Screen screen = new(page, $"http://127.0.0.1:{dashboard.Port}");
        await page.GotoAsync(dashboard.Url);
        await page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Transfers" }).WaitForAsync();
        return screen;
    }
}
