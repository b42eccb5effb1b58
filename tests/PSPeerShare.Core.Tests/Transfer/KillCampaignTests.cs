using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;
using Xunit.Abstractions;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>
/// Both ends are processes of their own and are killed in turn, at random moments, until a file has come through. With
/// <c>PSPEERSHARE_CAMPAIGN=1</c>, as <c>build.ps1 -Task Campaign</c> sets it, the file has 1 GiB and each end is killed 50
/// times.
/// </summary>
public sealed class KillCampaignTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const long RateLimit = 20_000_000;
    private const long MostSentAgain = 64 * 1024 * 1024;

    private static readonly bool s_isCampaign = Environment.GetEnvironmentVariable("PSPEERSHARE_CAMPAIGN") == "1";
    private static readonly int s_length = s_isCampaign ? 1 << 30 : 120_000_000;

    private readonly TestNode _server = new();
    private readonly TestNode _client = new();
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(s_length);
    private readonly List<long> _sentAgain = [];
    private long _lowest;
    private bool _isOver;
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
        if (s_isCampaign)
        {
            kills = 100;
        }

        bool isPush = what == "push";
        string source = isPush ? _client.Write("out/large.bin", _content) : _server.Write("docs/large.bin", _content);
        string staging = Path.Join(isPush ? _server["inbox"] : _client["in"], SafeRoot.StagingName, KeptFolder.Name);
        long start = Stopwatch.GetTimestamp();
        await ServeAsync();
        Ask(what);
        long before = 0;
        int killed = 0;
        for (; killed < kills; killed++)
        {
            long until = before + (s_isCampaign ? 4_000_000 + RandomNumberGenerator.GetInt32(10_000_000) : 8_000_000 + RandomNumberGenerator.GetInt32(12_000_000));
            long? reached = await UntilAsync(progress => progress >= until && HasPartial(staging));
            if (reached is null)
            {
                break;
            }

            _lowest = reached.Value;
            bool isServer = killed % 2 == 1;
            (isServer ? _serving! : _asking!).Kill();
            Assert.True(HasPartial(staging));

            // Who receives keeps what its journal says. Who sends tells where it goes on.
            bool isReceiver = isServer == isPush;
            long kept = isReceiver ? HeldBy(staging) : reached.Value;
            if (isServer)
            {
                await ServeAsync();
            }
            else
            {
                Ask(what);
            }

            // One that was done but for its last words has nothing to send again.
            bool isOver = await UntilAsync(progress => isServer ? progress > reached + 4_000_000 : progress > 0) is null;
            long again = isOver ? 0 : reached.Value - Math.Min(kept, _lowest);
            _sentAgain.Add(again);
            Assert.True(again <= MostSentAgain, $"{reached} bytes were there, it goes on with {Math.Min(kept, _lowest)}");
            before = reached.Value;
            if (isOver)
            {
                break;
            }
        }

        if (!_isOver)
        {
            Assert.Null(await UntilAsync(_ => false));
        }

        string arrived = isPush
            ? Directory.GetFiles(_server["inbox"], "large.bin", SearchOption.AllDirectories).Single()
            : _client["in", "large.bin"];
        Assert.Equal(Blake3Hasher.Hash(_content), Blake3Hasher.Hash(await File.ReadAllBytesAsync(arrived)));
        Assert.True(File.Exists(source));
        Assert.True(!s_isCampaign || killed == kills, $"only {killed} kills");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what} of {s_length / 1e6:f0} MB: {killed} kills in {Stopwatch.GetElapsedTime(start).TotalSeconds:f0} s, sent again per kill {_sentAgain.Average() / 1e6:f1} MB (most {_sentAgain.Max() / 1e6:f1} MB)"));
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
                "large.bin", "docs/large.bin", "docs", s_length, DateTimeOffset.UnixEpoch, null, "server", peer.NodeId!.Value));
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

    private static long HeldBy(string staging)
    {
        using SafeFileHandle journal = File.OpenHandle(Directory.GetFiles(staging, "*.journal").Single());
        _ = PartialJournal.Read(journal, out _, out _, out GroupHashes? hashes);
        return hashes?.Bytes ?? 0;
    }

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
                _isOver = true;
                return null;
            }

            if (long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out long progress))
            {
                _lowest = progress > 0 ? Math.Min(_lowest, progress) : _lowest;
                if (condition(progress))
                {
                    return progress;
                }
            }
        }

        throw new InvalidOperationException("The process ended without saying how.");
    }
}
