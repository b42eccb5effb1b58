using Microsoft.Playwright;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Tests.Dashboard;
using PSPeerShare.Core.Trust;
using static Microsoft.Playwright.Assertions;

namespace PSPeerShare.Dashboard.Tests;

/// <summary>Codes that somebody may still type, and answers that nobody stands behind at the moment.</summary>
[Collection(BrowserGroup.Name)]
public sealed class GivenOutTests(Chromium chromium)
{
    private const string Hostile = "<img src=x onerror=window.pwned=1>.iso";

    [BrowserFact]
    public async Task An_open_code_is_shown_with_its_time_and_withdrawn()
    {
        StagedNode node = new();
        DateTimeOffset expires = DateTimeOffset.UtcNow.AddMinutes(8.4);
        node.Tickets.Add(new TicketInfo(
            "0b", "", null, "docs", null, PeerRights.Browse, 1, 1, null, null, DateTimeOffset.UtcNow, expires, TicketState.Open) { IsCode = true });
        await using IBrowserContext context = await chromium.NewContextAsync();
        await using Screen screen = await Screen.OpenAsync(context, node);
        await screen.GoAsync("Peers");
        ILocator row = screen.Page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "one attempt" });

        await Expect(row).ToContainTextAsync("browse on docs");
        await Expect(row).ToContainTextAsync("8 min left");
        await screen.Button("Withdraw the code").ClickAsync();

        await Expect(row).ToHaveCountAsync(0);
        Assert.Empty(node.Tickets);
    }

    [BrowserFact]
    public async Task Files_that_wait_for_their_code_are_shown_as_text_with_who_takes_them_and_withdrawn()
    {
        StagedNode node = new();
        HandOverInfo waiting = new("0c", Hostile, 12, 3_000_000, 4711, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddMinutes(3.4), null);
        node.HandOvers.Add(waiting);
        await using IBrowserContext context = await chromium.NewContextAsync(360, 640);
        await using Screen screen = await Screen.OpenAsync(context, node);
        await screen.GoAsync("Send");
        ILocator card = screen.Page.Locator(".hand-overs");

        await Expect(card).ToContainTextAsync(Hostile);
        await Expect(card).ToContainTextAsync("3 min left · 12 files · 2.9 MB · port 4711");
        node.HandOvers[0] = waiting with { Receiver = "anna-laptop" };
        await Expect(card).ToContainTextAsync("anna-laptop takes it");
        await screen.Button($"Withdraw {Hostile}").ClickAsync();

        await Expect(card).ToBeHiddenAsync();
        Assert.Empty(node.HandOvers);
        Assert.True(await screen.Page.EvaluateAsync<bool>("() => window.pwned === undefined"));
    }

    [BrowserFact]
    public async Task What_a_peer_announced_that_is_away_says_of_when_it_is_and_cannot_be_chosen()
    {
        StagedNode node = new();
        node.Files.Add(StagedNode.File("here.txt"));
        node.Files.AddRange(Enumerable.Range(0, 3).Select(
            i => StagedNode.File($"away-{i}.txt") with { IsOnline = false, AsOf = DateTimeOffset.UtcNow.AddHours(-5) }));
        await using IBrowserContext context = await chromium.NewContextAsync();
        await using Screen screen = await Screen.OpenAsync(context, node);
        await screen.GoAsync("Find");
        await screen.Button("Search").ClickAsync();

        await Expect(screen.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "4 files, 3 off line" })).ToBeVisibleAsync();
        await Expect(screen.Result("away-0.txt")).ToContainTextAsync("off line, as of 5 h ago");
        await Expect(screen.Result("away-0.txt")).ToHaveAttributeAsync("aria-disabled", "true");
        await screen.Result("away-0.txt").ClickAsync(new() { Force = true });
        await Expect(screen.Page.Locator(".toast.bad")).ToContainTextAsync("away-0.txt cannot be fetched now.");
        await Expect(screen.Page.Locator(".pick-bar")).ToBeHiddenAsync();
        await screen.Button("Select all").ClickAsync();

        await Expect(screen.Page.Locator(".pick-bar")).ToContainTextAsync("1 file");
        await Expect(screen.Button("Select none")).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task Of_the_same_content_the_one_is_fetched_whose_holder_answered()
    {
        StagedNode node = new();
        Core.Content.ContentHash hash = Core.Content.Blake3Hasher.Hash([1]);
        node.Peers.Add(node.Peers[0] with { Name = "studio", NodeId = StagedNode.Third });
        node.Files.Add(StagedNode.File("film.mkv") with { IsOnline = false, AsOf = DateTimeOffset.UtcNow.AddHours(-5), Hash = hash });
        node.Files.Add(StagedNode.File("film.mkv") with { Peer = "studio", NodeId = StagedNode.Third, SharePath = "films/film.mkv", Hash = hash });
        await using IBrowserContext context = await chromium.NewContextAsync();
        await using Screen screen = await Screen.OpenAsync(context, node);
        List<string> orders = [];
        context.Request += (_, request) =>
        {
            if (request.Method == "POST" && request.Url.EndsWith("/api/fetch", StringComparison.Ordinal))
            {
                orders.Add(request.PostData ?? "");
            }
        };
        await screen.GoAsync("Find");
        await screen.Button("Search").ClickAsync();

        await Expect(screen.Results).ToHaveCountAsync(1);
        await Expect(screen.Results.First).ToContainTextAsync("films/film.mkv");
        await screen.Results.First.ClickAsync();
        await screen.Button("Fetch to…").ClickAsync();
        await screen.Page.Locator(".picker .entry").First.ClickAsync();
        await screen.Button("Fetch here").ClickAsync();
        await screen.Page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Transfers" }).WaitForAsync();

        Assert.Contains(StagedNode.Third.ToString(), Assert.Single(orders), StringComparison.Ordinal);
    }
}
