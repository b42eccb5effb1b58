using System.Security.Cryptography;
using Microsoft.Playwright;
using PSPeerShare.Core.Tests.TestKit;
using static Microsoft.Playwright.Assertions;

namespace PSPeerShare.Dashboard.Tests;

/// <summary>Two real nodes, a page for each, and what two people do with them.</summary>
[Collection(BrowserGroup.Name)]
public sealed class JourneyTests(Chromium chromium)
{
    [BrowserFact]
    public async Task Two_people_pair_by_code_search_fetch_and_send()
    {
        byte[] content = RandomNumberGenerator.GetBytes(3_000_000);
        await using TestNode nas = new();
        await using TestNode laptop = new();
        nas.Write("docs/reports/annual.pdf", content);
        nas.Write("docs/reports/other.txt", [1, 2, 3]);
        int port = (await nas.StartAsync(nas["inbox"], [nas["docs"]])).Port;
        await laptop.StartAsync();
        await using Screen left = await Screen.OpenAsync(chromium, nas.Node, nas.Folder("out"));
        await using Screen right = await Screen.OpenAsync(chromium, laptop.Node, laptop.Folder("downloads"));

        await PairAsync(left, right, port);
        await FetchAsync(right);
        string fetched = laptop["downloads", "new", "reports", "annual.pdf"];
        Assert.Equal(content, await File.ReadAllBytesAsync(fetched));

        laptop.Write("downloads/picked.bin", content);
        await SendAsync(right);
        await Waiting.UntilAsync(() => Arrived(nas).Count == 2);
        Assert.Equal(content, await File.ReadAllBytesAsync(Arrived(nas).Single(f => f.EndsWith("picked.bin", StringComparison.Ordinal))));
        Assert.Equal("dropped text", await File.ReadAllTextAsync(Arrived(nas).Single(f => f.EndsWith("dropped.txt", StringComparison.Ordinal))));

        await left.GoAsync("Shares");
        await Expect(left.Page.GetByText("dropped.txt")).ToBeVisibleAsync();
    }

    private static async Task PairAsync(Screen left, Screen right, int port)
    {
        await left.GoAsync("Peers");
        await left.Button("Add a peer").First.ClickAsync();
        await left.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Write" }).ClickAsync();
        await left.Page.GetByRole(AriaRole.Dialog).Locator(".button.primary").ClickAsync();
        string code = await left.Page.Locator(".copy.big code").InnerTextAsync();

        await right.GoAsync("Peers");
        await right.Button("Add a peer").First.ClickAsync();
        await right.Button("Enter a code").ClickAsync();
        await right.Page.GetByLabel("The code that the other side shows").FillAsync(code.ToLowerInvariant());
        await right.Page.GetByLabel("Its address").FillAsync($"127.0.0.1:{port}");
        await right.Page.GetByLabel("Name here").FillAsync("nas");
        await right.Button("Add the peer").ClickAsync();

        await Expect(right.Page.GetByRole(AriaRole.Article, new() { Name = "nas" })).ToContainTextAsync("on line");
        await Expect(left.Page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
        await Expect(left.Page.GetByRole(AriaRole.Article)).ToHaveCountAsync(1);
    }

    private static async Task FetchAsync(Screen screen)
    {
        await screen.GoAsync("Find");
        await screen.Page.GetByLabel("Search for").FillAsync("annual");
        await screen.Button("Search").ClickAsync();
        await Expect(screen.Results).ToHaveCountAsync(1);
        await screen.Result("annual.pdf").ClickAsync();
        await screen.Button("Fetch to…").ClickAsync();
        await screen.Button("downloads").Or(screen.Page.Locator(".picker .entry")).First.ClickAsync();
        await screen.Page.GetByLabel("New folder").FillAsync("new");
        await screen.Button("Fetch here").ClickAsync();
        await Expect(screen.Page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "annual.pdf" })).ToContainTextAsync("Done");
    }

    private static async Task SendAsync(Screen screen)
    {
        await screen.GoAsync("Send");
        await screen.Button("On the node's machine").ClickAsync();
        await screen.Page.Locator(".picker .entry").First.ClickAsync();
        await screen.Page.GetByRole(AriaRole.Checkbox, new() { Name = "picked.bin" }).CheckAsync();
        await screen.Button("Choose").ClickAsync();
        IJSHandle drop = await screen.Page.EvaluateHandleAsync(
            "() => { const d = new DataTransfer(); d.items.add(new File(['dropped text'], 'dropped.txt')); return d; }");
        await screen.Page.Locator(".drop").DispatchEventAsync("drop", new { dataTransfer = drop });
        await screen.Page.GetByRole(AriaRole.Checkbox).CheckAsync();
        await screen.Button("Send").ClickAsync();
        await Expect(screen.Page.Locator(".order")).ToContainTextAsync("Delivered");
        await Expect(screen.Page.Locator(".order")).ToContainTextAsync("2 of 2 files");
        await screen.GoAsync("Transfers");
        await Expect(screen.Page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "dropped.txt" })).ToContainTextAsync("Done");
    }

    private static List<string> Arrived(TestNode node) =>
        [.. Directory.GetFiles(node["inbox"], "*", SearchOption.AllDirectories).Where(f => !f.Contains(".pspeershare-staging", StringComparison.Ordinal))];
}
