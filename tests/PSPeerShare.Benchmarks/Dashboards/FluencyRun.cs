using System.Globalization;
using System.Text.Json;
using PSPeerShare.Core;
using PSPeerShare.Core.Dashboard;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Tests.Dashboard;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Benchmarks.Dashboards;

/// <summary>
/// Whether the page stays fluid in a real browser: the time between two pictures while a thousand transfers move, while
/// a hundred thousand results arrive, and while somebody scrolls through them.
/// </summary>
internal static class FluencyRun
{
    private const int Transfers = 1000;
    private const int Results = 100_000;

    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(3);

    private const string Watch =
        """
        window.frames_ = []; window.rows_ = 0; { let last = performance.now(); const step = (now) => {
          window.frames_.push(now - last); last = now; window.rows_ = Math.max(window.rows_, document.querySelectorAll('.list .row').length);
          window.watch_ = requestAnimationFrame(step); }; cancelAnimationFrame(window.watch_); window.watch_ = requestAnimationFrame(step); } 1
        """;

    private const string Report =
        """
        (() => { const f = window.frames_.slice(1).sort((a, b) => a - b); const at = (p) => f[Math.min(f.length - 1, Math.floor(f.length * p))] ?? 0;
          return [f.length, at(0.5), at(0.95), at(0.99), at(1), window.rows_, performance.memory?.usedJSHeapSize ?? 0]; })()
        """;

    public static async Task RunAsync()
    {
        if (DebuggedBrowser.Path is null)
        {
            Console.WriteLine("No browser is installed.");
            return;
        }

        using CancellationTokenSource bound = new(s_longest);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("pspeershare-bench-");
        OwnerOnly.EnsureFolder(folder.FullName, PeerError.HomeUnusable);
        StagedNode node = new();
        node.Files.AddRange(Enumerable.Range(0, Results).Select(i => StagedNode.File($"file-{i:000000}.dat", i)));
        DashboardServer server = DashboardServer.Start(
            node, new DashboardOptions { Roots = [folder.FullName] }, folder.FullName, TimeProvider.System, EventLog.Null);
        await using (server)
        {
            node.Active = Moving(0);
            await using DebuggedBrowser browser = await DebuggedBrowser.OpenAsync(server.Invite([]).Url, bound.Token);
            await browser.EvaluateAsync(
                """
                (async () => { const { call } = await import('/js/api.js'); const [{ roots }, { peers }] = [await call('GET', 'folders'), await call('GET', 'peers')];
                  await call('POST', 'fetch', { root: roots[0].id, files: [{ name: 'a', sharePath: 's/a', length: 1, modified: 0, hash: null, peer: '', nodeId: peers[0].nodeId }] }); })()
                """,
                bound.Token);
            await TransfersAsync(node, browser, bound.Token);
            node.Active = [];
            await ResultsAsync(browser, bound.Token);
        }

        folder.Delete(recursive: true);
    }

    private static async Task TransfersAsync(StagedNode node, DebuggedBrowser browser, CancellationToken cancellationToken)
    {
        await Task.Delay(1500, cancellationToken);
        await browser.EvaluateAsync(Watch, cancellationToken);
        for (int step = 1; step <= 100; step++)
        {
            node.Active = Moving(step);
            await Task.Delay(100, cancellationToken);
        }

        Say($"{Transfers} transfers that move, ten seconds", await browser.EvaluateAsync(Report, cancellationToken));
    }

    private static async Task ResultsAsync(DebuggedBrowser browser, CancellationToken cancellationToken)
    {
        await browser.EvaluateAsync("location.hash = '#/find'; 1", cancellationToken);
        await browser.EvaluateAsync(Watch, cancellationToken);
        JsonElement took = await browser.EvaluateAsync(
            """
            new Promise((done) => { const began = performance.now(); document.querySelector('form.search button').click();
              const wait = () => document.querySelector('.results h2').textContent === '100,000 files' ? done(performance.now() - began) : setTimeout(wait, 20); wait(); })
            """,
            cancellationToken);
        Say(string.Create(CultureInfo.InvariantCulture, $"{Results} results arrive in {took.GetDouble() / 1000:0.0} s"), await browser.EvaluateAsync(Report, cancellationToken));
        await browser.EvaluateAsync(Watch, cancellationToken);
        await browser.EvaluateAsync(
            """
            new Promise((done) => { const list = document.querySelector('.results .list'); let n = 0;
              const step = () => { list.scrollTop = n * (list.scrollHeight / 300); if (++n > 300) done(1); else requestAnimationFrame(step); }; step(); })
            """,
            cancellationToken);
        Say("scrolling through them in 300 steps", await browser.EvaluateAsync(Report, cancellationToken));
    }

    private static ActiveTransfer[] Moving(int step) =>
        [.. Enumerable.Range(0, Transfers).Select(i => new ActiveTransfer($"{i:0000}", $"file-{i}.iso", "nas01", 1_000_000_000, (step * 5_000_000L) + (i * 1000)))];

    private static void Say(string what, JsonElement figures)
    {
        double[] f = [.. figures.EnumerateArray().Select(e => e.GetDouble())];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: {f[0]:0} pictures, median {f[1]:0.0} ms apart, 95 % {f[2]:0.0}, 99 % {f[3]:0.0}, longest {f[4]:0} ms; at most {f[5]:0} rows in the page, {f[6] / 1048576:0} MiB of script memory"));
    }
}
