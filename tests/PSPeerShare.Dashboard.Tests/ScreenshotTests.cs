using Microsoft.Playwright;
using PSPeerShare.Core;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.Dashboard;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Dashboard.Tests;

/// <summary>
/// The pictures of docs/dashboard.md. They are written to the artifacts; with PSPEERSHARE_PICTURES set, to the folder
/// that it names.
/// </summary>
[Collection(BrowserGroup.Name)]
public sealed class ScreenshotTests(Chromium chromium)
{
    private const long MB = 1 << 20;
    private const int MaximumBytes = 150 * 1024;
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private static readonly string[] Names = ["nas01", "build-server", "anna-laptop", "studio"];

    [BrowserFact]
    public async Task Every_view_can_be_shown_in_light_and_dark_and_narrow()
    {
        StagedNode node = Stage();
        using TempFolder inbox = new();
        using CancellationTokenSource done = new();
        await using IBrowserContext context = await chromium.NewContextAsync(1240, 780);
        await using Screen screen = await Screen.OpenAsync(context, node);
        Task moving = MoveAsync(node, done.Token);
        await BeginAsync(screen, node, inbox);
        await FillChartAsync(screen);

        await TakeAsync(screen, "transfers");
        await screen.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark, ReducedMotion = ReducedMotion.Reduce });
        await TakeAsync(screen, "transfers-dark");
        await screen.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });

        await screen.GoAsync("Find");
        await screen.Page.GetByLabel("Search for").FillAsync("backup");
        await screen.Button("Search").ClickAsync();
        await screen.Results.Nth(1).ClickAsync();
        await screen.Results.Nth(2).ClickAsync();
        await TakeAsync(screen, "find");

        await screen.GoAsync("Send");
        IJSHandle drop = await screen.Page.EvaluateHandleAsync(
            "() => { const d = new DataTransfer(); for (const [n, s] of [['quarterly-report.pdf', 482113], ['site-photos.zip', 9120344]]) d.items.add(new File([new Uint8Array(s)], n)); return d; }");
        await screen.Page.Locator(".drop").DispatchEventAsync("drop", new { dataTransfer = drop });
        await screen.Page.GetByRole(AriaRole.Checkbox).First.CheckAsync();
        await screen.Page.GetByRole(AriaRole.Checkbox).Nth(2).CheckAsync();
        await TakeAsync(screen, "send");

        await screen.GoAsync("Peers");
        await Assertions.Expect(screen.Page.GetByText("on line")).ToHaveCountAsync(Names.Length);
        await TakeAsync(screen, "peers");
        await screen.Button("Add a peer").First.ClickAsync();
        await screen.Page.GetByRole(AriaRole.Dialog).Locator(".button.primary").ClickAsync();
        await screen.Page.Locator(".copy.big").WaitForAsync();
        await TakeAsync(screen, "pair");
        await screen.Page.Keyboard.PressAsync("Escape");

        await screen.GoAsync("Shares");
        await screen.Page.GetByText("minutes.docx").WaitForAsync();
        await TakeAsync(screen, "shares");

        await screen.GoAsync("Transfers");
        await screen.Page.SetViewportSizeAsync(390, 760);
        await screen.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark, ReducedMotion = ReducedMotion.Reduce });
        await TakeAsync(screen, "narrow");
        await done.CancelAsync();
        await moving;
    }

    private static StagedNode Stage()
    {
        StagedNode node = new();
        node.Peers.Clear();
        node.Peers.AddRange(Names.Select((name, i) => new PeerInfo(
            name, IdOf(i), [$"192.0.2.{(i * 31) + 7}:22021"], i == 2 ? PeerRights.Browse | PeerRights.Read | PeerRights.Write : PeerRights.Browse | PeerRights.Read,
            i == 3 ? 4 * MB : null, Now.AddDays(-40), Now.AddMinutes(-2 - (i * 70)))));
        string[] files =
        [
            "backup-2026-11-22.tar.zst", "backup-2026-11-21.tar.zst", "backup-2026-11-20.tar.zst", "backup-mail.mbox", "backup-photos-2025.tar",
            "laptop-backup.vhdx", "backup-notes.md", "database-backup.sql.gz", "backup-keys.kdbx", "phone-backup.ab",
        ];
        node.Files.AddRange(files.SelectMany((name, i) => Enumerable.Range(0, (i % 3) + 1).Select(peer => new RemoteFile(
            name, $"archive/{2020 + i}/{name}", "archive", (i + 1) * 737_123_411L / (i * i + 1), Now.AddDays(-i * 3), Blake3Hasher.Hash([(byte)i]), Names[peer], IdOf(peer)))));
        node.Shares.AddRange(
        [
            new ShareInfo("projects", "/srv/projects", null, [], true, false, null),
            new ShareInfo("iso", "/srv/iso", [IdOf(0), IdOf(1)], [], true, false, null),
            new ShareInfo("scratch", "/mnt/scratch", null, [], false, false, null),
        ]);
        node.Near.Add(new FoundPeer(new SeenPeer(IdOf(7), "meeting-room", ["192.0.2.80:22021"], 1, true, Now), null));
        node.Ended =
        [
            Transfer("release-notes.html", TransferDirection.Send, 1, 48_211, TransferStatus.Completed, 3),
            Transfer("debian-13.2.0-amd64-netinst.iso", TransferDirection.Receive, 0, 790 * MB, TransferStatus.Completed, 64),
            Transfer("holiday.mp4", TransferDirection.Receive, 2, 2210 * MB, TransferStatus.Failed, 400, new PeerShareException(PeerError.ConnectionLost, "anna-laptop")),
        ];
        return node;
    }

    private static async Task BeginAsync(Screen screen, StagedNode node, TempFolder inbox)
    {
        Directory.CreateDirectory(inbox["anna-laptop-4F2KQ7A"]);
        await File.WriteAllBytesAsync(inbox["anna-laptop-4F2KQ7A", "minutes.docx"], new byte[48_000]);
        await File.WriteAllBytesAsync(inbox["anna-laptop-4F2KQ7A", "floor-plan.pdf"], new byte[1_300_000]);
        node.Server = node.Server! with { Inbox = inbox.Path, Name = "workstation" };
        await screen.Page.EvaluateAsync(
            """
            async ([peer]) => {
              const { call } = await import('/js/api.js');
              const { roots } = await call('GET', 'folders');
              await call('POST', 'fetch', { root: roots[0].id, files: [{ name: 'a', sharePath: 's/a', length: 1, modified: 0, hash: null, peer: '', nodeId: peer }] });
            }
            """,
            new[] { node.Peers[0].NodeId.ToString() });
        node.Ended = [];
    }

    // Movement for as long as pictures are taken.
    private static async Task MoveAsync(StagedNode node, CancellationToken cancellationToken)
    {
        for (int step = 0; !cancellationToken.IsCancellationRequested; step++)
        {
            node.Active =
            [
                new ActiveTransfer("1", "ubuntu-26.04-desktop-amd64.iso", "nas01", 5900 * MB, (3800 * MB) + (step * 16 * MB)),
                new ActiveTransfer("2", "camera-archive-2025.tar", "studio", 18_200 * MB, (1200 * MB) + (step * 9 * MB)),
                new ActiveTransfer("3", "backup-2026-11-22.tar.zst", "build-server", 2740 * MB, (1610 * MB) + (step * 4 * MB)),
            ];
            node.Traffic = new(step * 9 * MB, step * 29 * MB);
            await Task.Delay(250, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // The minutes before.
    private static async Task FillChartAsync(Screen screen)
    {
        await screen.Page.WaitForTimeoutAsync(2500);
        await screen.Page.EvaluateAsync(
            """
            async () => {
              const { state, draw } = await import('/js/state.js');
              const first = state.traffic[0]?.time ?? Date.now();
              const wave = (i, a, b) => Math.max(0, Math.sin(i / a) * 0.3 + Math.sin(i / b) * 0.25 + 0.75);
              const before = [];
              for (let i = 290; i > 0; i--) {
                before.push({ time: first - i * 1000, received: i > 240 ? 0 : 118e6 * wave(i, 17, 5), sent: i > 150 ? 21e6 * wave(i, 9, 23) : 42e6 * wave(i, 13, 31) });
              }
              state.traffic.unshift(...before);
              draw();
            }
            """);
    }

    private static async Task TakeAsync(Screen screen, string name)
    {
        string folder = Environment.GetEnvironmentVariable("PSPEERSHARE_PICTURES") ?? Path.Combine(AppContext.BaseDirectory, "pictures");
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, $"{name}.png");
        await screen.Page.EvaluateAsync("() => document.fonts.ready");
        await screen.Page.WaitForTimeoutAsync(400);
        await screen.Page.ScreenshotAsync(new() { Path = path, Animations = ScreenshotAnimations.Disabled });
        Assert.InRange(new FileInfo(path).Length, 5_000, MaximumBytes);
    }

    private static TransferInfo Transfer(
        string name, TransferDirection direction, int peer, long length, TransferStatus status, int seconds, PeerShareException? error = null) => new(
        Guid.CreateVersion7().ToString("N"), direction, name, $"/home/{name}", $"share/{name}", Names[peer], IdOf(peer), length, error is null ? length : length / 3, 0,
        null, status, Now.AddMinutes(-9).AddSeconds(-seconds), TimeSpan.FromSeconds(seconds), [], error);

    private static NodeId IdOf(int index) => NodeId.FromBytes([.. Enumerable.Range(0, 32).Select(i => (byte)((i * 37) + (index * 91) + 11))]);
}
