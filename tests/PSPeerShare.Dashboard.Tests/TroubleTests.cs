using Microsoft.Playwright;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Tests.Dashboard;
using static Microsoft.Playwright.Assertions;

namespace PSPeerShare.Dashboard.Tests;

/// <summary>What the page says when something is wrong, and that it goes on when it is right again.</summary>
[Collection(BrowserGroup.Name)]
public sealed class TroubleTests(Chromium chromium)
{
    [BrowserFact]
    public async Task The_page_says_that_the_node_stopped_and_that_the_dashboard_is_gone()
    {
        StagedNode node = new();
        await using IBrowserContext context = await chromium.NewContextAsync();
        await using Screen screen = await Screen.OpenAsync(context, node);
        ILocator banner = screen.Page.Locator("#banner");
        await Expect(banner).ToBeHiddenAsync();

        ServerInfo? server = node.Server;
        node.Server = null;
        await Expect(banner).ToContainTextAsync("The node is stopped");
        node.Server = server;
        await Expect(banner).ToBeHiddenAsync();
        await screen.CloseDashboardAsync();

        await Expect(banner).ToContainTextAsync("does not answer");
        screen.Forgive();
    }

    [BrowserFact]
    public async Task A_page_that_lost_the_node_goes_on_by_itself_and_knows_what_happened_meanwhile()
    {
        StagedNode node = new();
        await using Line line = new();
        await using IBrowserContext context = await chromium.NewContextAsync(proxy: line.Address);
        await using Screen screen = await Screen.OpenAsync(context, node);
        await screen.GoAsync("Send");
        await screen.DropAsync(("kept.txt", 5));
        await screen.Page.GetByRole(AriaRole.Checkbox).CheckAsync();

        line.Cut();
        await Expect(screen.Page.Locator("#banner")).ToContainTextAsync("does not answer");
        node.Peers.Add(node.Peers[0] with { Name = "newcomer", NodeId = StagedNode.Third });
        await screen.Button("Send").ClickAsync();
        await Expect(screen.Page.Locator(".toast.bad")).ToContainTextAsync("does not answer");
        line.Mend();

        await Expect(screen.Page.Locator("#banner")).ToBeHiddenAsync();
        await Expect(screen.Page.Locator(".receivers")).ToContainTextAsync("newcomer");

        // What was chosen is still there and can be sent now.
        await Expect(screen.Page.GetByRole(AriaRole.Checkbox, new() { Name = "nas01" })).ToBeCheckedAsync();
        await screen.Button("Send").ClickAsync();
        await Expect(screen.Page.Locator(".chosen")).ToBeHiddenAsync();
        Assert.Equal(1, node.Changes);
        screen.Forgive();
    }

    [BrowserFact]
    public async Task Files_that_the_disk_cannot_hold_are_refused_before_they_are_on_their_way_and_stay_chosen()
    {
        StagedNode node = new();
        await using IBrowserContext context = await chromium.NewContextAsync();
        await using Screen screen = await Screen.OpenAsync(context, node);
        List<string> uploads = [];
        context.Request += (_, request) =>
        {
            if (request.Method == "POST" && request.Url.Contains("/api/uploads", StringComparison.Ordinal))
            {
                uploads.Add(request.Url);
            }
        };
        await screen.GoAsync("Send");
        await screen.DropAsync(("huge.iso", -Math.Pow(2, 60)), ("small.txt", 5));
        await screen.Page.GetByRole(AriaRole.Checkbox).CheckAsync();

        await screen.Button("Send").ClickAsync();

        await Expect(screen.Page.Locator(".toast.bad")).ToContainTextAsync("The node's disk has room for");
        await Expect(screen.Page.Locator(".chosen .row")).ToHaveCountAsync(2);
        await Expect(screen.Button("Send")).ToBeEnabledAsync();
        Assert.Empty(uploads);
        Assert.Equal(0, node.Changes);
    }

    [BrowserFact]
    public async Task A_folder_that_is_gone_is_explained_in_the_picker()
    {
        StagedNode node = new();
        await using IBrowserContext context = await chromium.NewContextAsync();
        await using Screen screen = await Screen.OpenAsync(context, node);
        Directory.CreateDirectory(screen.Downloads("sub"));
        await screen.GoAsync("Send");
        await screen.Button("On the node's machine").ClickAsync();
        await screen.Page.Locator(".picker .entry").First.ClickAsync();
        await Expect(screen.Page.Locator(".picker")).ToContainTextAsync("sub");

        Directory.Delete(screen.Downloads("sub"));
        await screen.Page.Locator(".picker .entry").First.ClickAsync();

        await Expect(screen.Page.Locator(".picker .note.bad")).ToBeVisibleAsync();
        await screen.Button("This machine").ClickAsync();
        await Expect(screen.Page.Locator(".picker")).ToContainTextAsync("downloads");
    }

    [BrowserFact]
    public async Task A_folder_outside_the_roots_and_a_failing_call_are_explained()
    {
        StagedNode node = new();
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
}
