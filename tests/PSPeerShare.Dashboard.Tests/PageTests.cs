using Microsoft.Playwright;
using PSPeerShare.Core.Tests.Dashboard;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using static Microsoft.Playwright.Assertions;

namespace PSPeerShare.Dashboard.Tests;

/// <summary>How the page behaves with much to show.</summary>
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
        await screen.BeginFetchAsync();
        await Expect(screen.Page.GetByRole(AriaRole.Link, new() { Name = "Transfers" })).ToContainTextAsync("999+");
        Assert.InRange(await screen.Page.EvaluateAsync<int>(RowsInPage), 5, 40);

        // Whatever wants to be drawn, however often.
        double[] drawings = await screen.Page.EvaluateAsync<double[]>(
            """
            async () => {
              const { draw, onDraw } = await import('/js/state.js');
              const times = [];
              const stop = onDraw(() => times.push(performance.now()));
              while (times.length < 5) {
                draw();
                await new Promise((resolve) => setTimeout(resolve, 5));
              }
              stop();
              return times;
            }
            """);
        Assert.All(drawings.Zip(drawings.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 195, $"{string.Join(", ", drawings)}"));

        // Every drawing in which the first row's numbers change, while they change all the time.
        Task<int[]> watching = screen.Page.EvaluateAsync<int[]>(
            """
            () => new Promise((resolve) => {
              const began = performance.now();
              let drawn = 0;
              const watch = new MutationObserver(() => {
                drawn++;
                if (drawn >= 3) { watch.disconnect(); resolve([drawn, Math.round(performance.now() - began)]); }
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

    private static ActiveTransfer[] Running(int step) =>
        [.. Enumerable.Range(0, 1000).Select(i => new ActiveTransfer($"{i:0000}", $"file-{i}.iso", "nas01", 1_000_000_000, (step * 7919L * 64) + (i * 1000)))];
}
