using System.Security.Cryptography;
using Microsoft.Playwright;
using PSPeerShare.Core;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;
using static Microsoft.Playwright.Assertions;

namespace PSPeerShare.Dashboard.Tests;

/// <summary>A transfer of two real nodes that is watched and steered from pages, at a rate that leaves time for it.</summary>
[Collection(BrowserGroup.Name)]
public sealed class SteeringTests(Chromium chromium)
{
    private const int FileBytes = 48 << 20;
    private const long Slowly = 2 << 20;
    private const long Quickly = 24 << 20;

    [BrowserFact]
    public async Task A_transfer_is_paused_in_one_page_resumed_in_another_and_watched_to_its_end()
    {
        byte[] content = RandomNumberGenerator.GetBytes(FileBytes);
        await using TestNode nas = new();
        await using TestNode laptop = new();
        nas.Write("docs/film.mkv", content);
        await nas.StartAsync(nas["docs"]);
        await nas.BefriendAsync(laptop);
        PeerInfo taker = Assert.Single(nas.Node.GetPeers());
        await nas.Node.SetPeerAsync(taker.NodeId, new PeerChange { Name = "laptop", RateLimit = Slowly }, TestNode.Patience);

        // Two sessions of one home have a dashboard each; the giver has one too.
        PeerNode session = laptop.OpenAgain();
        await using Screen first = await Screen.OpenAsync(chromium, laptop.Node, laptop.Folder("downloads"));
        await using Screen second = await Screen.OpenAsync(chromium, session, laptop.Folder("downloads"));
        await using Screen giver = await Screen.OpenAsync(chromium, nas.Node, nas.Folder("out"));
        await FetchAsync(first);

        await Expect(Row(giver)).ToContainTextAsync("fetched by laptop");
        await Expect(Row(first)).ToContainTextAsync("left");
        await Row(second).GetByRole(AriaRole.Button, new() { Name = "Pause film.mkv" }).ClickAsync();
        await Expect(Row(first)).ToContainTextAsync("Paused");
        await Expect(Row(second)).ToContainTextAsync("Paused");
        await Expect(Row(giver)).ToHaveCountAsync(0);
        Assert.False(File.Exists(laptop["downloads", "film.mkv"]));

        await nas.Node.SetPeerAsync(taker.NodeId, new PeerChange { RateLimit = Quickly }, TestNode.Patience);
        await WatchAsync(first);
        await Row(first).GetByRole(AriaRole.Button, new() { Name = "Resume film.mkv" }).ClickAsync();
        await Expect(Row(first)).ToContainTextAsync("Done");
        await Expect(Row(second)).ToContainTextAsync("Done");

        Assert.Equal(content, await File.ReadAllBytesAsync(laptop["downloads", "film.mkv"]));
        int[] seen = await first.Page.EvaluateAsync<int[]>("() => window.seen");
        Assert.True(seen.Length >= 2, $"{string.Join(", ", seen)}");
        Assert.Equal(seen.Order(), seen);
    }

    [BrowserFact]
    public async Task A_transfer_is_stopped_in_the_page_and_begun_again_there()
    {
        byte[] content = RandomNumberGenerator.GetBytes(FileBytes);
        await using TestNode nas = new();
        await using TestNode laptop = new();
        nas.Write("docs/film.mkv", content);
        await nas.StartAsync(nas["docs"]);
        await nas.BefriendAsync(laptop);
        PeerInfo taker = Assert.Single(nas.Node.GetPeers());
        await nas.Node.SetPeerAsync(taker.NodeId, new PeerChange { RateLimit = Slowly }, TestNode.Patience);
        await using Screen screen = await Screen.OpenAsync(chromium, laptop.Node, laptop.Folder("downloads"));
        await FetchAsync(screen);

        await Row(screen).GetByRole(AriaRole.Button, new() { Name = "Stop film.mkv" }).ClickAsync();
        await Expect(Row(screen)).ToContainTextAsync("Stopped");
        await nas.Node.SetPeerAsync(taker.NodeId, new PeerChange { RateLimit = 0 }, TestNode.Patience);
        await Row(screen).GetByRole(AriaRole.Button, new() { Name = "Resume film.mkv" }).ClickAsync();
        await Waiting.UntilAsync(() => File.Exists(laptop["downloads", "film.mkv"]));

        Assert.Equal(content, await File.ReadAllBytesAsync(laptop["downloads", "film.mkv"]));
        await Expect(Row(screen).Filter(new() { HasText = "Done" })).ToHaveCountAsync(1);
    }

    private static ILocator Row(Screen screen) => screen.Page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "film.mkv" });

    private static async Task FetchAsync(Screen screen)
    {
        await screen.GoAsync("Find");
        await screen.Button("Search").ClickAsync();
        await screen.Result("film.mkv").ClickAsync();
        await screen.Button("Fetch to…").ClickAsync();
        await screen.Page.Locator(".picker .entry").First.ClickAsync();
        await screen.Button("Fetch here").ClickAsync();
        await screen.Page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Transfers" }).WaitForAsync();
    }

    /// <summary>Notes what the progress bar says from now on.</summary>
    private static async Task WatchAsync(Screen screen) => await screen.Page.EvaluateAsync(
        """
        () => {
          window.seen = [];
          const bar = document.querySelector('.transfer [role=progressbar]');
          new MutationObserver(() => {
            const now = Number(bar.getAttribute('aria-valuenow'));
            if (window.seen.at(-1) !== now) window.seen.push(now);
          }).observe(bar, { attributes: true, attributeFilter: ['aria-valuenow'] });
        }
        """);
}
