using Microsoft.Playwright;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Tests.Dashboard;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Dashboard.Tests;

/// <summary>Every view on every width and in both colour schemes: nothing sticks out, everything can be read and has a name.</summary>
[Collection(BrowserGroup.Name)]
public sealed class LookTests(Chromium chromium)
{
    private static readonly string[] Views = ["Transfers", "Find", "Send", "Peers", "Shares"];

    [BrowserTheory]
    [InlineData(360)]
    [InlineData(768)]
    [InlineData(2560)]
    public async Task Nothing_sticks_out(int width)
    {
        StagedNode node = Stage(new string('w', 120));
        await using IBrowserContext context = await chromium.NewContextAsync(width, 640);
        await using Screen screen = await Screen.OpenAsync(context, node);
        await screen.BeginFetchAsync();
        foreach (string view in Views)
        {
            await ShowAsync(screen, view);
            Assert.Equal("", await screen.Page.EvaluateAsync<string>(
                """
                () => {
                  const out = [];
                  if (document.documentElement.scrollWidth > innerWidth) out.push('page');
                  for (const e of document.querySelectorAll('main, main *')) {
                    const box = e.getBoundingClientRect();
                    if (box.width > 0 && (box.right > innerWidth + 1 || box.left < -1) && !e.closest('.sr')) out.push(`${e.tagName}.${e.className} ${Math.round(box.right)}`);
                  }
                  return out.slice(0, 5).join('; ');
                }
                """));
        }
    }

    [BrowserTheory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Everything_has_a_name_and_can_be_read(ColorScheme scheme)
    {
        StagedNode node = Stage("report");
        await using IBrowserContext context = await chromium.NewContextAsync(1240, 900, scheme);
        await using Screen screen = await Screen.OpenAsync(context, node);
        await screen.BeginFetchAsync();
        foreach (string view in Views)
        {
            await ShowAsync(screen, view);
            await AuditAsync(screen, view);
        }

        await screen.GoAsync("Peers");
        await screen.Button("Add a peer").First.ClickAsync();
        foreach (string tab in (string[])["Show a code", "Enter a code", "Use a ticket", "Give a ticket"])
        {
            await screen.Page.GetByRole(AriaRole.Dialog).Locator(".segments").GetByText(tab).ClickAsync();
            await AuditAsync(screen, tab);
        }

        await screen.Page.Keyboard.PressAsync("Escape");
        await screen.Page.GetByRole(AriaRole.Button, new() { Name = "Edit " }).First.ClickAsync();
        await AuditAsync(screen, "Edit");
        await screen.Page.Keyboard.PressAsync("Escape");
        await screen.GoAsync("Send");
        await screen.Button("On the node's machine").ClickAsync();
        await screen.Page.Locator(".picker .entry").First.WaitForAsync();
        await AuditAsync(screen, "picker");
    }

    private static StagedNode Stage(string name)
    {
        StagedNode node = new()
        {
            Active = [.. Enumerable.Range(0, 30).Select(i => new ActiveTransfer($"{i}", $"{name}-{i}", "nas01", 1_000_000_000, i * 30_000_000))],
        };
        node.Files.AddRange(Enumerable.Range(0, 50).Select(i => StagedNode.File($"{name}-{i}")));
        node.Peers[0] = node.Peers[0] with { Name = name[..Math.Min(60, name.Length)], Addresses = [$"{name}.example.org:22021"] };
        node.Shares.Add(new ShareInfo(name, $"/srv/{name}", [StagedNode.Other], [], false, false, null) { Entries = 4000, Unhashed = 1500 });
        node.Shares.Add(new ShareInfo($"{name}2", $"/srv/{name}2", null, [], true, false, $"{name} is missing"));
        node.Files.Add(StagedNode.File($"{name}-away") with { IsOnline = false, AsOf = DateTimeOffset.UtcNow.AddDays(-3) });
        node.Tickets.Add(new Core.Trust.TicketInfo(
            "0b", "", null, name, name, Core.Trust.PeerRights.Browse, 1, 1, null, null, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddMinutes(9), Core.Trust.TicketState.Open) { IsCode = true });
        node.Tickets.Add(node.Tickets[0] with { Id = new string('c', 32), IsCode = false });
        node.HandOvers.Add(new Core.Node.HandOverInfo("0c", name, 1, 1000, 4711, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddMinutes(9), null));
        node.Listed.AddRange(Enumerable.Range(100, 4).Select(i => new TransferInfo(
            $"{i}", (TransferDirection)(i % 2), $"{name}-{i}", "/x", $"s/{name}", "nas01", StagedNode.Other, 1000, 500, 0, null,
            (TransferStatus)(i - 100 + 3), DateTimeOffset.UtcNow, TimeSpan.FromSeconds(3), [], i == 102 ? new Core.PeerShareException(Core.PeerError.ConnectionLost, name) : null)));
        return node;
    }

    private static async Task ShowAsync(Screen screen, string view)
    {
        await screen.GoAsync(view);
        switch (view)
        {
            case "Find":
                await screen.Button("Search").ClickAsync();
                await screen.Results.First.ClickAsync();
                break;
            case "Send":
                await screen.DropAsync(("dropped.txt", 5));
                await screen.Page.GetByRole(AriaRole.Checkbox).First.CheckAsync();
                await screen.Button("Send").ClickAsync();
                await screen.Page.Locator(".order").First.WaitForAsync();
                await screen.DropAsync(("another.txt", 5));
                break;
            case "Transfers":
                await screen.Page.Locator(".transfer").First.WaitForAsync();
                break;
        }
    }

    private static async Task AuditAsync(Screen screen, string place)
    {
        string[] found = await screen.Page.EvaluateAsync<string[]>(Audit);
        Assert.True(found.Length == 0, $"{place}: {string.Join("; ", found)}");
    }

    /// <summary>What a checker of accessibility looks at first: names, labels, ids, order of headings, contrast (WCAG 2.2 AA).</summary>
    private const string Audit =
        """
        async () => {
          // What is half way from one colour to another is not looked at yet.
          await Promise.all(document.getAnimations().filter((a) => a.effect.getComputedTiming().endTime < 5000).map((a) => a.finished.catch(() => {})));
          const found = [];
          const scope = document.querySelector('dialog[open]') ?? document.body;
          const isShown = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest('[aria-hidden=true]') && !e.closest('.skip, .sr');
          const say = (what, e) => found.push(`${what}: ${e.tagName.toLowerCase()}.${e.getAttribute('class') ?? ''} "${e.textContent.trim().slice(0, 30)}"`);

          for (const e of scope.querySelectorAll('button, a[href], input, select, textarea, [role=progressbar], [role=listbox], [role=img], dialog')) {
            if (!isShown(e)) continue;
            const label = e.getAttribute('aria-label') || [...(e.labels ?? [])].map((l) => l.textContent).join(' ') || (e.matches('button, a') ? e.textContent : '');
            if (!label.trim()) say('no name', e);
          }
          for (const e of scope.querySelectorAll('[tabindex]')) if (e.tabIndex > 0) say('an order of its own', e);
          for (const e of scope.querySelectorAll('[role=listbox] > *')) if (e.getAttribute('role') !== 'option') say('no option', e);
          for (const e of scope.querySelectorAll('[role=list] > *')) if (e.getAttribute('role') !== 'listitem') say('no item', e);
          for (const e of scope.querySelectorAll('svg')) if (e.getAttribute('aria-hidden') !== 'true') say('a picture that is read', e);
          const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
          for (const id of new Set(ids)) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.push(`two of the id ${id}`);
          if (document.querySelectorAll('main h1').length !== 1) found.push('not one heading of the view');
          for (const e of scope.querySelectorAll('h3')) if (isShown(e) && !scope.querySelector('h2')) say('a level is left out', e);

          const parse = (text) => { const n = text.match(/[\d.]+/g).map(Number); return text.startsWith('color(srgb') ? [n[0] * 255, n[1] * 255, n[2] * 255, n[3] ?? 1] : [n[0], n[1], n[2], n[3] ?? 1]; };
          const over = ([r, g, b, a], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a), 1];
          const behind = (e) => {
            const layers = [];
            for (let at = e; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
            return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
          };
          const light = ([r, g, b]) => { const f = (c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; }; return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
          const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
          for (let text = walker.nextNode(); text; text = walker.nextNode()) {
            const e = text.parentElement;
            if (!text.textContent.trim() || e.closest('script, style, noscript, option, :disabled') || !isShown(e)) continue;
            const style = getComputedStyle(e);
            const back = behind(e);
            const [a, b] = [light(over(parse(style.color), back)), light(back)];
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            const size = parseFloat(style.fontSize);
            const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
            if (ratio < (isLarge ? 3 : 4.5)) say(`contrast ${ratio.toFixed(2)}`, e);
          }
          return [...new Set(found)].slice(0, 12);
        }
        """;
}
