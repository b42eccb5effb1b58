using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>
/// T3: every way to trust is gone once, with somebody in between who keeps all bytes; then the secrets are looked for
/// wherever something might have left them.
/// </summary>
public sealed partial class SecretCampaignTests : IAsyncLifetime
{
    private const string Content = "the content that nobody in between may read";

    private readonly TestNode _server = new();
    private readonly TestNode _byTicket = new();
    private readonly TestNode _byCode = new();
    private readonly TestNode _guest = new();
    private readonly List<FaultProxy> _proxies = [];
    private readonly List<string> _told = [];
    private readonly SecretSet _secrets = new();
    private readonly DateTime _begun = DateTime.UtcNow;

    private TestNode[] Nodes => [_server, _byTicket, _byCode, _guest];

    public async Task InitializeAsync()
    {
        _server.Write("quarterly/figures-of-may.txt", Encoding.UTF8.GetBytes(Content));
        _server.Write("out/handed-over.bin", RandomNumberGenerator.GetBytes(200_000));
        foreach (TestNode node in Nodes)
        {
            await node.StartAsync(new ServerOptions
            {
                Paths = node == _server ? [_server["quarterly"]] : [], Name = "accounting-nas", LogLevel = PeerLogLevel.Verbose,
            });
        }
    }

    public async Task DisposeAsync()
    {
        _proxies.ForEach(proxy => proxy.Dispose());
        foreach (TestNode node in Nodes)
        {
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task No_secret_is_left_anywhere_and_somebody_in_between_reads_nothing()
    {
        await RedeemAsync();
        await UseTicketDirectlyAsync();
        await PairAsync();
        await HandOverAsync();
        string[] commandLines = [.. CommandLines()];
        foreach (TestNode node in Nodes)
        {
            _told.AddRange((await node.Node.GetTicketsAsync(TestNode.Patience)).Select(ticket => $"{ticket} {ticket.Ticket}{ticket.Code}"));
            await node.Node.DisposeAsync();
        }

        Assert.True(_secrets.Count > 20);
        string[] files = [.. Nodes.SelectMany(FilesOf), .. NewTemporaryFiles()];
        Assert.True(files.Length > 12);
        foreach (string file in files)
        {
            // The store has each ticket's key by design: it is as good as the ticket, and guarded like the identity.
            bool mayHaveKeys = Path.GetFileName(file).StartsWith("node.db", StringComparison.Ordinal);
            _secrets.AssertNotIn(file, File.ReadAllBytes(file), what => mayHaveKeys && what == "key");
        }

        _secrets.AssertNotIn("what callers were told", Encoding.UTF8.GetBytes(string.Join('\n', _told)));
        _secrets.AssertNotIn("command lines", Encoding.UTF8.GetBytes(string.Join('\n', commandLines)));
        Array.ForEach([Content, "figures-of-may", "quarterly", "handed-over", "accounting-nas"], text => _secrets.AddText("name or content", text));
        foreach (byte[] passed in _proxies.Select(proxy => proxy.Recorded))
        {
            Assert.True(passed.Length > 2000);
            _secrets.AssertNotIn("what passed", passed);
        }
    }

    // PSReadLine keeps no line that matches this, its default.
    [GeneratedRegex("password|asplaintext|token|apikey|secret", RegexOptions.IgnoreCase)]
    private static partial Regex HistoryFilter();

    private async Task RedeemAsync()
    {
        TicketInfo ticket = await NewTicketAsync(Through(_server));
        await TellAsync(async () => (await _byTicket.Node.AddPeerAsync(new AddPeerOptions { Ticket = ticket.Ticket }, TestNode.Patience)).ToString());
        await TellAsync(async () => (await _guest.Node.AddPeerAsync(new AddPeerOptions { Ticket = ticket.Ticket }, TestNode.Patience)).ToString());
        Assert.Contains(_told, line => line.Contains(nameof(PeerError.TicketRefused), StringComparison.Ordinal));
        Assert.Matches(HistoryFilter(), $"Add-Peer {ticket.Ticket}");
        await _byTicket.FetchAsync(new FetchOptions { Destination = _byTicket["in"] }, await _byTicket.FindAsync());
    }

    private async Task UseTicketDirectlyAsync()
    {
        TicketInfo ticket = await NewTicketAsync(Through(_server));
        List<RemoteFile> found = [];
        await foreach (SearchResult result in _guest.Node.FindFilesByTicketAsync(ticket.Ticket, new FindOptions { OnStep = _told.Add }, TestNode.Patience))
        {
            found.Add(result.File!);
        }

        List<TransferInfo> fetched = await _guest.FetchAsync(new FetchOptions { Destination = _guest["in"], OnStep = _told.Add }, found);
        _told.AddRange(fetched.Select(transfer => transfer.ToString()));
        Assert.All(fetched, NodePair.AssertCompleted);
    }

    private async Task PairAsync()
    {
        string wrong = (await _server.Node.CreateCodeAsync(new TicketOptions(), TestNode.Patience)).Code!;
        FaultProxy proxy = Through(_server);
        foreach (string typed in (string[])[PairingCode.Create().Reveal(), "K7Q-4MDY", wrong])
        {
            await TellAsync(async () => (await _byCode.Node.AddPeerByCodeAsync(
                typed, new AddPeerOptions { Addresses = [At(proxy)] }, TestNode.Patience)).ToString());
        }

        Assert.Empty(_byCode.Node.GetPeers());
        string code = (await _server.Node.CreateCodeAsync(new TicketOptions(), TestNode.Patience)).Code!;
        await TellAsync(async () => (await _byCode.Node.AddPeerByCodeAsync(
            code, new AddPeerOptions { Addresses = [At(proxy)] }, TestNode.Patience)).ToString());
        Assert.Single(_byCode.Node.GetPeers());
        _secrets.AddCode(wrong);
        _secrets.AddCode(code);
    }

    private async Task HandOverAsync()
    {
        await using PeerNodeHandOver offer = _server.Node.OfferFiles([_server["out", "handed-over.bin"]], 0, [System.Net.IPAddress.Loopback]);
        FaultProxy proxy = Record(offer.Port);
        IReadOnlyList<SearchResult> found = await _guest.Node.ReceiveAsync(offer.Code, [At(proxy)], TestNode.Patience);
        List<TransferInfo> received = await _guest.FetchAsync(new FetchOptions { Destination = _guest["in"] }, found.Select(result => result.File!));
        NodePair.AssertCompleted(Assert.Single(received));
        _guest.Node.ConfirmReceived(found);
        _told.AddRange((await offer.WaitAsync(TestNode.Patience)).Select(sent => sent.ToString()));
        _secrets.AddCode(offer.Code);
    }

    private async Task<TicketInfo> NewTicketAsync(FaultProxy proxy)
    {
        TicketInfo ticket = await _server.Node.NewTicketAsync(new TicketOptions { Addresses = [At(proxy)] }, TestNode.Patience);
        _secrets.AddTicket(ticket.Ticket);
        return ticket;
    }

    private FaultProxy Through(TestNode node) => Record(node.Node.GetServerAsync(TestNode.Patience).GetAwaiter().GetResult()!.Port);

    private FaultProxy Record(int port)
    {
        FaultProxy proxy = new(port) { IsRecording = true };
        _proxies.Add(proxy);
        return proxy;
    }

    private static string At(FaultProxy proxy) => $"127.0.0.1:{proxy.Port}";

    private async Task TellAsync(Func<Task<string>> act)
    {
        try
        {
            _told.Add(await act());
        }
        catch (PeerShareException e)
        {
            _told.Add(e.ToString());
        }
    }

    private static IEnumerable<string> FilesOf(TestNode node) =>
        Directory.GetFiles(Path.GetDirectoryName(node.Home)!, "*", SearchOption.AllDirectories);

    // Not those of other tests' own folders.
    private IEnumerable<string> NewTemporaryFiles() => Directory.GetFiles(Path.GetTempPath())
        .Where(file => File.GetLastWriteTimeUtc(file) >= _begun && IsReadable(file));

    private static bool IsReadable(string file)
    {
        try
        {
            return new FileInfo(file).Length < 16 << 20 && File.ReadAllBytes(file).Length >= 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static IEnumerable<string> CommandLines()
    {
        foreach (string process in Directory.Exists("/proc") ? Directory.GetDirectories("/proc").Where(folder => char.IsDigit(Path.GetFileName(folder)[0])) : [])
        {
            string text = "";
            try
            {
                text = File.ReadAllText(Path.Combine(process, "cmdline"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended, or is not ours to look at.
            }

            yield return text;
        }
    }
}
