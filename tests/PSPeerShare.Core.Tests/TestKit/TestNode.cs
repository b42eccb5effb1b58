using System.Net;
using PSPeerShare.Core.Hosting;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>A node with a home of its own, gone after the test. It listens on loopback only, on any free port.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DiscoveryScope _scope;
    private readonly FollowPace? _pace;
    private readonly List<PeerNode> _others = [];

    /// <param name="scope">Where it may multicast; nowhere unless given.</param>
    /// <param name="pace">How eagerly it follows catalogs.</param>
    /// <param name="prepare">What is done with the home before it is opened.</param>
    public TestNode(DiscoveryScope? scope = null, FollowPace? pace = null, Action<string>? prepare = null)
    {
        _pace = pace;
        _scope = scope ?? DiscoveryScope.Off;
        Home = _folder["home"];
        OwnerOnly.EnsureFolder(Home, PeerError.HomeUnusable);
        prepare?.Invoke(Home);
        Node = PeerNode.Open(Home, _scope, pace);
    }

    public string Home { get; }

    public PeerNode Node { get; }

    public static CancellationToken Patience => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    /// <summary>A path of the test's own.</summary>
    public string this[params string[] parts] => _folder[parts];

    /// <summary>Writes a file below the test's folder and returns its path.</summary>
    public string Write(string name, byte[] content, DateTime? modified = null)
    {
        string path = _folder[name.Split('/')];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        File.SetLastWriteTimeUtc(path, modified ?? new DateTime(2024, 2, 29, 12, 34, 56, DateTimeKind.Utc));
        return path;
    }

    public string Folder(string name) => Directory.CreateDirectory(_folder[name.Split('/')]).FullName;

    public Task<ServerInfo> StartAsync(params string[] paths) => StartAsync(inbox: null, paths);

    public Task<ServerInfo> StartAsync(string? inbox, string[] paths) => Node.StartServerAsync(
        new ServerOptions { Paths = paths, Port = 0, ListenAddresses = [IPAddress.Loopback], Inbox = inbox, Name = "server" }, Patience);

    /// <summary>Starts it on a free port of loopback.</summary>
    public Task<ServerInfo> StartAsync(ServerOptions options) => Node.StartServerAsync(
        options with { ListenAddresses = [IPAddress.Loopback], Port = options.Port == ServerOptions.DefaultPort ? 0 : options.Port, Name = options.Name ?? "server" },
        Patience);

    /// <summary>The same home as another process has it.</summary>
    public PeerNode OpenAgain()
    {
        PeerNode other = PeerNode.Open(Home, _scope, _pace);
        _others.Add(other);
        return other;
    }

    /// <summary>Makes <paramref name="other"/> trust this node and the other way round.</summary>
    public async Task BefriendAsync(TestNode other, PeerRights allow = PeerRights.Browse | PeerRights.Read)
    {
        TicketInfo ticket = await Node.NewTicketAsync(new TicketOptions { Allow = allow }, Patience);
        await other.Node.AddPeerAsync(new AddPeerOptions { Ticket = ticket.Ticket, Name = "server" }, Patience);
    }

    public async Task<List<RemoteFile>> FindAsync(FindOptions? options = null)
    {
        List<RemoteFile> found = [];
        await foreach (SearchResult result in Node.FindFilesAsync(options ?? new FindOptions(), Patience))
        {
            // That a share has more than can be listed spoils nothing of what it can.
            if (result.Failure is not { Error: PeerError.EntriesLeftOut })
            {
                found.Add(result.File ?? throw result.Failure!);
            }
        }

        return found;
    }

    public Task<List<TransferInfo>> FetchAsync(FetchOptions options, params IEnumerable<RemoteFile> files) => RunAsync(Node.BeginFetch(options), files);

    public Task<List<TransferInfo>> PushAsync(PushOptions options, params IEnumerable<LocalFile> files) => RunAsync(Node.BeginPush(options), files);

    public async ValueTask DisposeAsync()
    {
        foreach (PeerNode other in _others)
        {
            await other.DisposeAsync();
        }

        await Node.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>The outcomes of a job, until it has no more.</summary>
    public static async Task<List<TransferInfo>> ReadAllAsync<T>(TransferJob<T> job)
    {
        List<TransferInfo> results = [];
        await foreach (TransferInfo result in job.Results.ReadAllAsync(Patience))
        {
            results.Add(result);
        }

        return results;
    }

    private static async Task<List<TransferInfo>> RunAsync<T>(TransferJob<T> job, IEnumerable<T> files)
    {
        await using (job)
        {
            foreach (T file in files)
            {
                job.Add(file);
            }

            job.Complete();
            return await ReadAllAsync(job);
        }
    }
}
