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

    // Those of the documents; the others are for whoever looks at what the tests saw.
    private static readonly HashSet<string> Published =
        ["transfers", "transfers-dark", "transfers-small-dark", "find", "find-small", "send", "peers", "pair", "shares"];

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
        await TakeEachWayAsync(screen, "transfers");

        await screen.GoAsync("Find");
        await screen.Page.GetByLabel("Search for").FillAsync("backup");
        await screen.Button("Search").ClickAsync();
        await screen.Results.Nth(1).ClickAsync();
        await screen.Results.Nth(2).ClickAsync();
        await TakeEachWayAsync(screen, "find");

        await screen.GoAsync("Send");
        await screen.DropAsync(("site-photos.zip", 9_120_344));
        await screen.Page.GetByRole(AriaRole.Checkbox).First.CheckAsync();
        await screen.Page.GetByRole(AriaRole.Checkbox).Nth(2).CheckAsync();
        await screen.Button("Send").ClickAsync();
        await screen.Page.Locator(".order").WaitForAsync();
        await screen.DropAsync(("quarterly-report.pdf", 482_113));
        await screen.Page.Locator(".toast").First.EvaluateAsync("e => e.remove()");
        await TakeEachWayAsync(screen, "send");

        await screen.GoAsync("Peers");
        await Assertions.Expect(screen.Page.GetByText("on line")).ToHaveCountAsync(Names.Length - 1);
        await TakeEachWayAsync(screen, "peers");
        await screen.Button("Add a peer").First.ClickAsync();
        await screen.Page.GetByRole(AriaRole.Dialog).Locator(".button.primary").ClickAsync();
        await screen.Page.Locator(".copy.big").WaitForAsync();
        await TakeEachWayAsync(screen, "pair");
        await screen.Page.Keyboard.PressAsync("Escape");

        await screen.GoAsync("Shares");
        await screen.Page.GetByText("minutes.docx").WaitForAsync();
        await TakeEachWayAsync(screen, "shares");

        await screen.GoAsync("Send");
        await screen.Button("On the node's machine").ClickAsync();
        await screen.Page.Locator(".picker .entry").First.ClickAsync();
        await screen.Page.GetByText("holiday").WaitForAsync();
        await TakeEachWayAsync(screen, "picker");
        await done.CancelAsync();
        await moving;
    }

    [BrowserFact]
    public async Task Every_view_can_be_shown_with_nothing_in_it()
    {
        StagedNode node = new();
        node.Peers.Clear();
        await using IBrowserContext context = await chromium.NewContextAsync(1240, 780);
        await using Screen screen = await Screen.OpenAsync(context, node);
        foreach (string view in (string[])["Transfers", "Find", "Send", "Peers", "Shares"])
        {
            await screen.GoAsync(view);
            await screen.Page.Locator(".empty").First.WaitForAsync();
            await TakeAsync(screen, $"empty-{view.ToLowerInvariant()}");
        }
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
            new ShareInfo("projects", "/srv/projects", null, [], true, false, null) { Entries = 48_210, Unhashed = 13_977 },
            new ShareInfo("iso", "/srv/iso", [IdOf(0), IdOf(1)], [], true, false, null) { Entries = 64, Unhashed = 0 },
            new ShareInfo("scratch", "/mnt/scratch", null, [], false, false, null),
        ]);
        node.Probe = peer => ProbeOf(peer, Array.IndexOf(Names, peer.Text));
        node.Pushing =
        [
            new ActiveTransfer("p1", "site-photos.zip", Names[0], 9_120_344, 8_120_344),
            new ActiveTransfer("p2", "site-photos.zip", Names[2], 9_120_344, 3_100_000),
        ];
        node.Listed.AddRange(
        [
            Transfer("ubuntu-26.04-desktop-amd64.iso", TransferDirection.Receive, 0, 5900 * MB, TransferStatus.Running, 60) with
            {
                Id = "1", Sources = [.. Names.Select((n, i) => new TransferSource(n, IdOf(i), 100))],
            },
            Transfer("camera-archive-2025.tar", TransferDirection.Receive, 3, 18_200 * MB, TransferStatus.Suspended, 60) with { Id = "2" },
            Transfer("backup-2026-11-22.tar.zst", TransferDirection.Receive, 1, 2740 * MB, TransferStatus.Running, 60) with { Id = "3" },
        ]);
        node.Files.Insert(6, new RemoteFile(
            "backup-attic.tar", "archive/backup-attic.tar", "archive", 48_110 * MB, Now.AddDays(-900), Blake3Hasher.Hash([99]), Names[3], IdOf(3), IsOnline: false)
        {
            AsOf = Now.AddHours(-9),
        });
        node.Tickets.Add(new TicketInfo(
            "6f0b", "", null, null, null, PeerRights.Browse | PeerRights.Read, 1, 1, null, null, Now, Now.AddMinutes(9.4), TicketState.Open) { IsCode = true });
        node.HandOvers.Add(new HandOverInfo("77a1", "wedding-photos", 214, 1_830 * MB, 41_830, Now, Now.AddMinutes(7.4), null));
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
        foreach (string name in (string[])["holiday.mp4", "invoices/2026.csv", "slides.odp", "letters/anna.txt"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(screen.Downloads(name))!);
            await File.WriteAllBytesAsync(screen.Downloads(name), new byte[name.Length * 71_321]);
        }

        node.Server = node.Server! with
        {
            Inbox = inbox.Path, Name = "workstation",
            Passing = [new PassingFile("served", false, "release-2.4.0.zip", IdOf(2), 412 * MB, 96 * MB, Now)],
        };
        await screen.BeginFetchAsync();
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
                new ActiveTransfer("2", "camera-archive-2025.tar", "studio", 18_200 * MB, 1200 * MB),
                new ActiveTransfer("3", "backup-2026-11-22.tar.zst", "build-server", 2740 * MB, (1610 * MB) + (step * 4 * MB)),
            ];
            node.Traffic = new(step * 9 * MB, step * 29 * MB);
            await Task.Delay(250, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // The minutes before.
    private static async Task FillChartAsync(Screen screen)
    {
        await screen.Page.WaitForFunctionAsync("async () => (await import('/js/state.js')).state.traffic.length > 0");
        await screen.Page.EvaluateAsync(
            """
            async () => {
              const { state, draw } = await import('/js/state.js');
              const first = state.traffic[0]?.time ?? Date.now();
              const wave = (i, a, b) => Math.max(0, Math.sin(i / a) * 0.3 + Math.sin(i / b) * 0.25 + 0.75);
              const before = [];
              for (const point of state.traffic) Object.assign(point, { received: 96e6, sent: 36e6 });
              for (let i = 290; i > 0; i--) {
                before.push({ time: first - i * 1000, received: i > 240 ? 0 : 118e6 * wave(i, 17, 5), sent: i > 150 ? 21e6 * wave(i, 9, 23) : 42e6 * wave(i, 13, 31) });
              }
              state.traffic.unshift(...before);
              draw();
            }
            """);
    }

    private static async Task TakeEachWayAsync(Screen screen, string name)
    {
        foreach ((int width, int height, string size) in ((int, int, string)[])[(1240, 780, ""), (360, 740, "-small")])
        {
            await screen.Page.SetViewportSizeAsync(width, height);
            foreach ((ColorScheme scheme, string colour) in ((ColorScheme, string)[])[(ColorScheme.Dark, "-dark"), (ColorScheme.Light, "")])
            {
                await screen.Page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
                await TakeAsync(screen, $"{name}{size}{colour}");
            }
        }

        await screen.Page.SetViewportSizeAsync(1240, 780);
    }

    private static async Task TakeAsync(Screen screen, string name)
    {
        string seen = Path.Combine(AppContext.BaseDirectory, "pictures");
        string folder = Published.Contains(name) ? Environment.GetEnvironmentVariable("PSPEERSHARE_PICTURES") ?? seen : seen;
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, $"{name}.png");
        await screen.Page.EvaluateAsync("() => document.fonts.ready");

        await screen.DrawnAsync();
        await screen.Page.ScreenshotAsync(new() { Path = path, Animations = ScreenshotAnimations.Disabled });
        Assert.InRange(new FileInfo(path).Length, 5_000, MaximumBytes);
    }

    private static PeerProbe ProbeOf(PeerTarget peer, int index) => index == 3
        ? new PeerProbe(peer.Text, peer.NodeId, false, null, null, null, null, null, null, new PeerShareException(PeerError.PeerUnreachable, peer.Text))
        : new PeerProbe(
            peer.Text, peer.NodeId, true, peer.Addresses[0], TimeSpan.FromMilliseconds(3 + (index * 19)), "TLS 1.3", "suite", "agent", null, null)
        {
            Path = index switch { 0 => PeerPath.LocalNetwork, 1 => PeerPath.Known, _ => PeerPath.Relay },
        };

    private static TransferInfo Transfer(
        string name, TransferDirection direction, int peer, long length, TransferStatus status, int seconds, PeerShareException? error = null) => new(
        Guid.CreateVersion7().ToString("N"), direction, name, $"/home/{name}", $"share/{name}", Names[peer], IdOf(peer), length, error is null ? length : length / 3, 0,
        null, status, Now.AddMinutes(-9).AddSeconds(-seconds), TimeSpan.FromSeconds(seconds), [], error);

    private static NodeId IdOf(int index) => NodeId.FromBytes([.. Enumerable.Range(0, 32).Select(i => (byte)((i * 37) + (index * 91) + 11))]);
}
