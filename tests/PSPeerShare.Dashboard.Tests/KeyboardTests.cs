using Microsoft.Playwright;
using PSPeerShare.Core.Tests.Dashboard;
using static Microsoft.Playwright.Assertions;

namespace PSPeerShare.Dashboard.Tests;

/// <summary>Everything that a mouse can do, without one.</summary>
[Collection(BrowserGroup.Name)]
public sealed class KeyboardTests(Chromium chromium)
{
    private const int MostTabs = 60;

    [BrowserFact]
    public async Task Files_are_found_and_fetched_by_keyboard_only()
    {
        StagedNode node = new();
        node.Files.AddRange(Enumerable.Range(0, 5).Select(i => StagedNode.File($"file-{i}")));
        await using IBrowserContext context = await chromium.NewContextAsync();
        await using Screen screen = await Screen.OpenAsync(context, node);
        IKeyboard keys = screen.Page.Keyboard;

        await keys.PressAsync("Tab");
        await Expect(screen.Page.GetByText("Skip to the content")).ToBeFocusedAsync();
        await TabToAsync(screen, screen.Page.GetByRole(AriaRole.Link, new() { Name = "Find" }));
        await keys.PressAsync("Enter");
        await Expect(screen.Page.GetByLabel("Search for")).ToBeFocusedAsync();
        await keys.TypeAsync("file");
        await keys.PressAsync("Enter");
        await Expect(screen.Results).ToHaveCountAsync(5);
        await TabToAsync(screen, screen.Results.First);
        await keys.PressAsync(" ");
        await keys.PressAsync("Shift+ArrowDown");
        await Expect(screen.Page.Locator(".pick-bar")).ToContainTextAsync("2 files");

        // A dialog that is left changes nothing and gives the focus back.
        await keys.PressAsync("Enter");
        await Expect(screen.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await keys.PressAsync("Escape");
        await Expect(screen.Page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
        await Expect(screen.Results.Nth(1)).ToBeFocusedAsync();

        // The picker: the focus follows into the folder that opens.
        await keys.PressAsync("Enter");
        await Expect(screen.Page.Locator(".picker button").First).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await Expect(screen.Page.GetByText("This folder is empty.")).ToBeVisibleAsync();
        await TabToAsync(screen, screen.Page.GetByLabel("New folder"));
        await keys.TypeAsync("new");
        await TabToAsync(screen, screen.Button("Fetch here"));
        await keys.PressAsync("Enter");
        await Expect(screen.Page.GetByRole(AriaRole.Heading, new() { Name = "Transfers" })).ToBeVisibleAsync();

        Assert.EndsWith("new", node.Fetched!.Destination, StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task Files_are_sent_by_keyboard_only()
    {
        StagedNode node = new();
        await using IBrowserContext context = await chromium.NewContextAsync();
        await using Screen screen = await Screen.OpenAsync(context, node);
        await File.WriteAllTextAsync(screen.Downloads("report.txt"), "x");
        IKeyboard keys = screen.Page.Keyboard;

        await TabToAsync(screen, screen.Page.GetByRole(AriaRole.Link, new() { Name = "Send" }));
        await keys.PressAsync("Enter");
        await TabToAsync(screen, screen.Button("On the node's machine"));
        await keys.PressAsync("Enter");
        await Expect(screen.Page.Locator(".picker button").First).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await Expect(screen.Page.GetByRole(AriaRole.Checkbox, new() { Name = "report.txt" })).ToBeFocusedAsync();
        await keys.PressAsync(" ");
        await TabToAsync(screen, screen.Button("Choose"));
        await keys.PressAsync("Enter");
        await TabToAsync(screen, screen.Page.GetByRole(AriaRole.Checkbox));
        await keys.PressAsync(" ");
        await TabToAsync(screen, screen.Button("Send"));
        await keys.PressAsync("Enter");

        await Expect(screen.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Sending 1 item to 1 peer." })).ToBeVisibleAsync();
        Assert.Equal(1, node.Changes);
    }

    [BrowserFact]
    public async Task A_right_is_changed_by_keyboard_and_the_focus_stays_on_it()
    {
        StagedNode node = new();
        await using IBrowserContext context = await chromium.NewContextAsync();
        await using Screen screen = await Screen.OpenAsync(context, node);
        await TabToAsync(screen, screen.Page.GetByRole(AriaRole.Link, new() { Name = "Peers" }));
        await screen.Page.Keyboard.PressAsync("Enter");
        ILocator write = screen.Page.GetByRole(AriaRole.Article).GetByRole(AriaRole.Button, new() { Name = "Write" });

        await TabToAsync(screen, write);
        await screen.Page.Keyboard.PressAsync(" ");
        await Expect(write).ToHaveAttributeAsync("aria-pressed", "true");
        node.Peers[0] = node.Peers[0] with { Allow = Core.Trust.PeerRights.Browse | Core.Trust.PeerRights.Read | Core.Trust.PeerRights.Write, RateLimit = 4 << 20 };
        await Expect(screen.Page.GetByRole(AriaRole.Article)).ToContainTextAsync("4.0 MB/s");

        await Expect(write).ToBeFocusedAsync();
        Assert.Equal(1, node.Changes);
    }

    private static async Task TabToAsync(Screen screen, ILocator target)
    {
        for (int i = 0; i < MostTabs; i++)
        {
            if (await target.EvaluateAsync<bool>("e => e === document.activeElement"))
            {
                return;
            }

            await screen.Page.Keyboard.PressAsync("Tab");
        }

        Assert.Fail($"The focus does not come to {target}.");
    }
}
