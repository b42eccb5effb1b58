using Microsoft.Playwright;
using PSPeerShare.Core.Tests.Dashboard;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using static Microsoft.Playwright.Assertions;

namespace PSPeerShare.Dashboard.Tests;

/// <summary>How the page behaves with much to show, on small screens, by keyboard, and when the node goes.</summary>
[Collection(BrowserGroup.Name)]
public sealed class PageTests(Chromium chromium)
{
    private const string RowsInPage = "() => document.querySelectorAll('.list .row').length";

    [BrowserFact]
    public async Task A_hundred_thousand_results_keep_the_page_small_and_quick()
    {
        StagedNode node = new();
        node.Files.AddRange(Enumerable.Range(0, 100_000).Select(i => StagedNode.File($"file-{i:000000}.dat", i)));
        await using IBrowserContext context = await chromium.NewContextAsync();
        await using Screen screen = await Screen.OpenAsync(context, node);
        await screen.GoAsync("Find");
        await screen.Button("Search").ClickAsync();
        await Expect(screen.Page.GetByText("100,000 files", new() { Exact = true })).ToBeVisibleAsync(new() { Timeout = 30_000 });

        Assert.InRange(await screen.Page.EvaluateAsync<int>(RowsInPage), 5, 60);
        await screen.Page.Locator(".result").First.ClickAsync();
        await screen.Page.Keyboard.PressAsync("End");
        await Expect(screen.Result("file-099999.dat")).ToBeFocusedAsync();
        await screen.Page.GetByLabel("Order").SelectOptionAsync("large");
        await screen.Page.Keyboard.PressAsync("Home");
        await screen.Button("Select all").ClickAsync();
        await Expect(screen.Page.Locator(".pick-bar")).ToContainTextAsync("100,000 files");
        Assert.InRange(await screen.Page.EvaluateAsync<int>(RowsInPage), 5, 60);
    }

    [BrowserFact]
    public async Task A_thousand_transfers_are_drawn_five_times_a_second_at_most()
    {
        StagedNode node = new();
        await using IBrowserContext context = await chromium.NewContextAsync();
        await using Screen screen = await Screen.OpenAsync(context, node);
        node.Active = Running(0);
        await StartFetchAsync(screen, node);
        await Expect(screen.Page.GetByRole(AriaRole.Link, new() { Name = "Transfers" })).ToContainTextAsync("999+");
        Assert.InRange(await screen.Page.EvaluateAsync<int>(RowsInPage), 5, 40);

        // Every drawing in which the first row's numbers change, while they change all the time.
        Task<int[]> watching = screen.Page.EvaluateAsync<int[]>(
            """
            () => new Promise((resolve) => {
              const began = performance.now();
              let drawn = 0;
              const watch = new MutationObserver(() => {
                drawn++;
                if (drawn >= 10) { watch.disconnect(); resolve([drawn, Math.round(performance.now() - began)]); }
              });
              watch.observe(document.querySelector('.transfer .sub'), { subtree: true, childList: true, characterData: true });
            })
            """);
        for (int step = 1; !watching.IsCompleted; step++)
        {
            node.Active = Running(step);
            await Task.WhenAny(watching, Task.Delay(20));
        }

        int[] seen = await watching.Within();
        Assert.True(seen[1] >= (seen[0] - 1) * 195, $"{seen[0]} drawings in {seen[1]} ms");
    }

    [BrowserFact]
    public async Task Everything_can_be_done_by_keyboard()
    {
        StagedNode node = new();
        node.Files.AddRange(Enumerable.Range(0, 5).Select(i => StagedNode.File($"file-{i}")));
        await using IBrowserContext context = await chromium.NewContextAsync();
        await using Screen screen = await Screen.OpenAsync(context, node);
        IKeyboard keys = screen.Page.Keyboard;

        await keys.PressAsync("Tab");
        await Expect(screen.Page.GetByText("Skip to the content")).ToBeFocusedAsync();
        await keys.PressAsync("Tab");
        await keys.PressAsync("Tab");
        await Expect(screen.Page.GetByRole(AriaRole.Link, new() { Name = "Find" })).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await Expect(screen.Page.GetByLabel("Search for")).ToBeFocusedAsync();
        await keys.TypeAsync("file");
        await keys.PressAsync("Enter");
        await Expect(screen.Results).ToHaveCountAsync(5);
        for (int i = 0; i < 20 && !await screen.Results.First.EvaluateAsync<bool>("e => e === document.activeElement"); i++)
        {
            await keys.PressAsync("Tab");
        }

        await keys.PressAsync(" ");
        await keys.PressAsync("Shift+ArrowDown");
        await Expect(screen.Page.Locator(".pick-bar")).ToContainTextAsync("2 files");
        await keys.PressAsync("Enter");
        await Expect(screen.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await keys.PressAsync("Escape");
        await Expect(screen.Page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
        await Expect(screen.Page.Locator(".pick-bar")).ToContainTextAsync("2 files");
    }

    [BrowserFact]
    public async Task Nothing_sticks_out_on_a_narrow_screen()
    {
        StagedNode node = new() { Active = Running(3) };
        node.Files.AddRange(Enumerable.Range(0, 50).Select(i => StagedNode.File($"{new string('w', 120)}-{i}")));
        node.Peers[0] = node.Peers[0] with { Name = new string('w', 60) };
        await using IBrowserContext context = await chromium.NewContextAsync(360, 640);
        await using Screen screen = await Screen.OpenAsync(context, node);
        await StartFetchAsync(screen, node);
        foreach (string view in (string[])["Transfers", "Find", "Send", "Peers", "Shares"])
        {
            await screen.GoAsync(view);
            if (view == "Find")
            {
                await screen.Button("Search").ClickAsync();
                await screen.Results.First.ClickAsync();
            }

            Assert.True(
                await screen.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= 360 && document.querySelector('main').scrollWidth <= 360"),
                view);
        }
    }

    [BrowserFact]
    public async Task The_page_says_that_the_node_stopped_and_that_the_dashboard_is_gone()
    {
        StagedNode node = new();
        await using IBrowserContext context = await chromium.NewContextAsync();
        await using Screen screen = await Screen.OpenAsync(context, node);
        ILocator banner = screen.Page.Locator("#banner");
        await Expect(banner).ToBeHiddenAsync();

        var server = node.Server;
        node.Server = null;
        await Expect(banner).ToContainTextAsync("The node is stopped");
        node.Server = server;
        await Expect(banner).ToBeHiddenAsync();
        await screen.CloseDashboardAsync();

        await Expect(banner).ToContainTextAsync("does not answer");
        screen.Forgive();
    }

    [BrowserFact]
    public async Task A_folder_outside_the_roots_and_a_failing_call_are_explained()
    {
        StagedNode node = new();
        node.Files.Add(StagedNode.File("a"));
        await using IBrowserContext context = await chromium.NewContextAsync();
        await using Screen screen = await Screen.OpenAsync(context, node);

        string[] told = await screen.Page.EvaluateAsync<string[]>(
            """
            async () => {
              const { call } = await import('/js/api.js');
              const tell = (p) => p.then(() => 'done', (e) => e.error);
              return [await tell(call('GET', 'folders/0000')), await tell(call('DELETE', 'peers/x')), await tell(call('GET', 'nothing'))];
            }
            """);

        Assert.Equal(["FolderNotOffered", "NodeIdInvalid", "NotFound"], told);
    }

    private static ActiveTransfer[] Running(int step) =>
        [.. Enumerable.Range(0, 1000).Select(i => new ActiveTransfer($"{i:0000}", $"file-{i}.iso", "nas01", 1_000_000_000, (step * 7919L * 64) + (i * 1000)))];

    private static async Task StartFetchAsync(Screen screen, StagedNode node) => await screen.Page.EvaluateAsync(
        """
        async ([peer]) => {
          const { call } = await import('/js/api.js');
          const { roots } = await call('GET', 'folders');
          await call('POST', 'fetch', { root: roots[0].id, files: [{ name: 'a', sharePath: 's/a', length: 1, modified: 0, hash: null, peer: 'nas01', nodeId: peer }] });
        }
        """,
        new[] { node.Peers[0].NodeId.ToString() });
}
