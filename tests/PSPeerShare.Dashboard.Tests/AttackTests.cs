using System.Net;
using System.Text;
using Microsoft.Playwright;
using PSPeerShare.Core.Tests.Dashboard;
using static Microsoft.Playwright.Assertions;

namespace PSPeerShare.Dashboard.Tests;

/// <summary>What a browser does with pages and names that mean harm.</summary>
[Collection(BrowserGroup.Name)]
public sealed class AttackTests(Chromium chromium)
{
    [BrowserFact]
    public async Task Two_hundred_hostile_names_are_text_in_every_place()
    {
        StagedNode node = new()
        {
            Active = [.. HostileNames.All.Select((n, i) => new Core.Transfer.ActiveTransfer($"t{i}", n, n, 1000, 10))],
        };
        node.Files.AddRange(HostileNames.All.Select(n => StagedNode.File(n)));
        node.Peers[0] = node.Peers[0] with { Name = HostileNames.All[0], Addresses = [HostileNames.All[1]] };
        node.HandOvers.AddRange(HostileNames.All.Select((n, i) => new Core.Node.HandOverInfo(
            $"h{i}", n, 1, 1, 4711, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddMinutes(9), i % 2 == 0 ? n : null)));
        node.Shares.AddRange(HostileNames.All.Select(n => new Core.Catalog.ShareInfo(n, $"/srv/{n}", null, [n], true, false, n)));
        await using IBrowserContext context = await chromium.NewContextAsync();
        await using Screen screen = await Screen.OpenAsync(context, node);
        List<string> outside = [];
        context.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(screen.Address, StringComparison.Ordinal))
            {
                outside.Add(request.Url);
            }
        };

        await screen.GoAsync("Find");
        await screen.Button("Search").ClickAsync();
        await Expect(screen.Page.GetByText("200 files")).ToBeVisibleAsync();
        HashSet<string> seen = [];
        for (int top = 0; top < HostileNames.All.Count * 64; top += 600)
        {
            await screen.Page.Locator(".list").EvaluateAsync("(e, top) => { e.scrollTop = top; e.dispatchEvent(new Event('scroll')); }", top);
            await screen.Page.EvaluateAsync("() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))");
            seen.UnionWith(await screen.Page.Locator(".result .title").AllTextContentsAsync());
        }

        Assert.Equal(200, seen.Count);
        Assert.Contains("<img src=x onerror=window.pwned=1>", seen);
        Assert.Contains("report\\u{202E}<img src=x onerror=window.pwned=1>fdp.exe", seen);
        await screen.Results.First.ClickAsync();
        await screen.Button("Fetch to…").ClickAsync();
        await screen.Page.Locator(".picker .entry").First.ClickAsync();
        await screen.Button("Fetch here").ClickAsync();
        foreach (string view in (string[])["Transfers", "Send", "Peers", "Shares"])
        {
            await screen.GoAsync(view);
            await Expect(screen.Page.Locator("main")).ToContainTextAsync("onerror=window.pwned=1");
        }

        Assert.True(await screen.Page.EvaluateAsync<bool>("() => window.pwned === undefined && ({}).pwned === undefined"));
        Assert.Equal(0, await screen.Page.Locator("main img, main iframe, main script, main base, main form[action], main a[href^=javascript]").CountAsync());
        Assert.Empty(outside);
    }

    [BrowserFact]
    public async Task A_page_from_elsewhere_gets_nothing()
    {
        StagedNode node = new();
        await using IBrowserContext context = await chromium.NewContextAsync();
        await using Screen screen = await Screen.OpenAsync(context, node);
        using HttpListener elsewhere = Elsewhere(out string origin);
        IPage evil = await context.NewPageAsync();
        await evil.GotoAsync(origin);

        string[] got = await evil.EvaluateAsync<string[]>(
            """
            async (target) => {
              const tries = [
                ['read', () => fetch(target + '/api/peers').then((r) => r.text())],
                ['opaque', () => fetch(target + '/api/transfers', { mode: 'no-cors', method: 'POST', body: '{}' }).then((r) => r.text())],
                ['json', () => fetch(target + '/api/tickets', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }).then((r) => r.text())],
                ['page', () => fetch(target + '/').then((r) => r.text())],
                ['script', () => import(target + '/js/api.js').then(() => 'loaded')],
                ['frame', () => new Promise((resolve) => {
                  const frame = document.createElement('iframe');
                  frame.onload = () => { try { resolve(frame.contentDocument.title); } catch { resolve(''); } };
                  frame.src = target + '/';
                  document.body.append(frame);
                })],
              ];
              const got = [];
              for (const [name, run] of tries) got.push(`${name}:${await run().catch(() => '')}`);
              return got;
            }
            """,
            screen.Address);

        Assert.Equal(["read:", "opaque:", "json:", "page:", "script:", "frame:"], got);
        Assert.Equal(0, node.Changes);
        await evil.CloseAsync();
    }

    [BrowserFact]
    public async Task A_name_that_is_made_to_lead_here_gets_nothing()
    {
        await using IBrowserContext context = await chromium.NewContextAsync();
        await using Screen screen = await Screen.OpenAsync(context, new StagedNode());
        IPage rebound = await context.NewPageAsync();

        IResponse? answer = await rebound.GotoAsync(screen.Address.Replace("127.0.0.1", "rebound.example", StringComparison.Ordinal));

        Assert.True(answer!.Status >= 400, $"{answer.Status}");
        Assert.DoesNotContain("PSPeerShare", await rebound.TitleAsync(), StringComparison.Ordinal);
        await rebound.CloseAsync();
    }

    [BrowserFact]
    public async Task An_address_lets_one_page_in_and_a_second_page_is_told_what_to_do()
    {
        await using IBrowserContext context = await chromium.NewContextAsync();
        await using Screen screen = await Screen.OpenAsync(context, new StagedNode());
        Assert.DoesNotContain("code=", screen.Page.Url, StringComparison.Ordinal);

        await screen.Page.ReloadAsync();
        await Expect(screen.Page.GetByRole(AriaRole.Heading, new() { Name = "Transfers" })).ToBeVisibleAsync();
        IPage second = await context.NewPageAsync();
        await second.GotoAsync(screen.Address);

        await Expect(second.GetByRole(AriaRole.Alert)).ToContainTextAsync("Show-PeerDashboard");
        await second.CloseAsync();
    }

    private static HttpListener Elsewhere(out string origin)
    {
        for (int port = 41000; ; port++)
        {
            HttpListener listener = new();
            origin = $"http://127.0.0.1:{port}/";
            listener.Prefixes.Add(origin);
            try
            {
                listener.Start();
            }
            catch (HttpListenerException) when (port < 41200)
            {
                continue;
            }

            _ = ServeAsync(listener);
            return listener;
        }
    }

    private static async Task ServeAsync(HttpListener listener)
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }

            context.Response.ContentType = "text/html";
            context.Response.Close(Encoding.UTF8.GetBytes("<!doctype html><title>elsewhere</title><body></body>"), willBlock: false);
        }
    }
}
