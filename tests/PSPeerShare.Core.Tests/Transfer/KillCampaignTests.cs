using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>
/// Both ends are processes of their own and are killed in turn, at random moments, until a file has come through. The
/// number of kills can be raised by <c>PSPEERSHARE_KILLS</c>.
/// </summary>
public sealed class KillCampaignTests : IAsyncLifetime
{
    private const long RateLimit = 20_000_000;
    private const long MostLost = 64 * 1024 * 1024;

    private readonly TestNode _server = new();
    private readonly TestNode _client = new();
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(120_000_000);
    private OtherProcess? _serving;
    private OtherProcess? _asking;
    private string _port = "0";

    public async Task InitializeAsync()
    {
        await _server.StartAsync(new ServerOptions { Paths = [_server.Folder("docs")], Inbox = _server.Folder("inbox") });
        await _server.BefriendAsync(_client, PeerRights.Browse | PeerRights.Read | PeerRights.Write);
        _port = (await _server.Node.GetServerAsync(TestNode.Patience))!.Port.ToString(CultureInfo.InvariantCulture);
        await _server.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);
    }

    public async Task DisposeAsync()
    {
        _asking?.Kill();
        _serving?.Kill();
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("fetch", 6)]
    [InlineData("push", 4)]
    public async Task Whoever_is_killed_whenever_the_file_comes_through_and_little_is_sent_twice(string what, int kills)
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("PSPEERSHARE_KILLS"), out int more))
        {
            kills = more;
        }

        bool isPush = what == "push";
        string source = isPush ? _client.Write("out/large.bin", _content) : _server.Write("docs/large.bin", _content);
        string staging = Path.Join(isPush ? _server["inbox"] : _client["in"], SafeRoot.StagingName, KeptFolder.Name);
        await ServeAsync();
        Ask(what);
        long before = 0;
        for (int kill = 0; kill < kills; kill++)
        {
            long until = before + 8_000_000 + RandomNumberGenerator.GetInt32(12_000_000);
            long? reached = await UntilAsync(progress => progress >= until && HasPartial(staging));
            if (reached is null)
            {
                break;
            }

            if (kill % 2 == 0)
            {
                _asking!.Kill();
                Assert.True(HasPartial(staging));
                Ask(what);
                long? first = await UntilAsync(progress => progress > 0);
                Assert.True(first is null || reached - first <= MostLost, $"{reached} bytes were there, it goes on with {first}");
            }
            else
            {
                _serving!.Kill();
                Assert.True(HasPartial(staging));
                await ServeAsync();
            }

            before = reached.Value;
        }

        Assert.Null(await UntilAsync(_ => false));

        string arrived = isPush
            ? Directory.GetFiles(_server["inbox"], "large.bin", SearchOption.AllDirectories).Single()
            : _client["in", "large.bin"];
        Assert.Equal(Blake3Hasher.Hash(_content), Blake3Hasher.Hash(await File.ReadAllBytesAsync(arrived)));
        Assert.True(File.Exists(source));
    }

    /// <summary>The server's process: serves until it is killed.</summary>
    internal static void Serve(string[] arguments)
    {
        PeerNode node = PeerNode.Open(arguments[0]);
        node.StartServerAsync(
            new ServerOptions
            {
                Paths = [arguments[1]],
                Inbox = arguments[2],
                Port = int.Parse(arguments[3], CultureInfo.InvariantCulture),
                ListenAddresses = [IPAddress.Loopback],
                Name = "server",
            },
            CancellationToken.None).Wait();
        Console.WriteLine("serving");
        Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>The client's process: says how far it is until it is done.</summary>
    internal static void Transfer(string[] arguments)
    {
        PeerNode node = PeerNode.Open(arguments[0]);
        PeerTarget peer = node.ResolvePeer("server");
        TransferJob job;
        if (arguments[1] == "push")
        {
            TransferJob<LocalFile> push = node.BeginPush(new PushOptions { Peers = [peer], RateLimit = RateLimit });
            push.Add(PeerNode.ExpandLocal(arguments[2], recurse: false).Single());
            job = push;
        }
        else
        {
            TransferJob<RemoteFile> fetch = node.BeginFetch(new FetchOptions { Destination = arguments[3], RateLimit = RateLimit });
            fetch.Add(new RemoteFile(
                "large.bin", "docs/large.bin", "docs", 120_000_000, DateTimeOffset.UnixEpoch, null, "server", peer.NodeId!.Value));
            job = fetch;
        }

        job.Complete();
        while (!job.Results.Completion.IsCompleted)
        {
            if (job.Results.TryRead(out TransferInfo? ended))
            {
                Console.WriteLine($"end {ended.Status} {ended.Error}");
            }

            Console.WriteLine(job.Sample().BytesDone);
            Thread.Sleep(20);
        }
    }

    private static bool HasPartial(string staging) =>
        Directory.Exists(staging) && Directory.GetFiles(staging, "*.data").Length == 1 && Directory.GetFiles(staging, "*.journal").Length == 1;

    private async Task ServeAsync()
    {
        _serving = OtherProcess.Start(Serve, _server.Home, _server["docs"], _server["inbox"], _port);
        Assert.Equal("serving", await _serving.ReadLineAsync());
    }

    private void Ask(string what) =>
        _asking = OtherProcess.Start(Transfer, _client.Home, what, _client["out", "large.bin"], _client["in"]);

    /// <summary>How far the transfer is as soon as the condition holds; null when it has ended well.</summary>
    private async Task<long?> UntilAsync(Func<long, bool> condition)
    {
        while (await _asking!.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("end ", StringComparison.Ordinal))
            {
                Assert.Equal("end Completed", line.TrimEnd());
                return null;
            }

            if (long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out long progress) && condition(progress))
            {
                return progress;
            }
        }

        throw new InvalidOperationException("The process ended without saying how.");
    }
}
