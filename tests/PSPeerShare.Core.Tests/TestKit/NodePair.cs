using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>Two nodes that trust each other: one shares the folder <c>docs</c> and may have an inbox, the other asks.</summary>
internal sealed class NodePair : IAsyncDisposable
{
    public TestNode Server { get; } = new();

    public TestNode Client { get; } = new();

    /// <summary>The server as the client's book has it.</summary>
    public PeerTarget Peer => Client.Node.ResolvePeer("server");

    public NodeId ServerId => Server.Node.GetIdentity().NodeId;

    public NodeId ClientId => Client.Node.GetIdentity().NodeId;

    /// <summary>Where the client's pushes land.</summary>
    public string InboxFolder => Directory.GetDirectories(Server["inbox"]).Single(folder => Path.GetFileName(folder) != SafeRoot.StagingName);

    public static async Task<NodePair> StartAsync(ServerOptions? options = null, PeerRights allow = PeerRights.Browse | PeerRights.Read)
    {
        NodePair pair = new();
        ServerOptions given = options ?? new ServerOptions();
        await pair.Server.StartAsync(given with
        {
            Paths = [pair.Server.Folder("docs"), .. given.Paths],
            Inbox = given.Inbox is { } inbox ? pair.Server[inbox] : null,
        });
        await pair.Server.BefriendAsync(pair.Client, allow);
        return pair;
    }

    /// <summary>With an inbox that the client may write to.</summary>
    public static Task<NodePair> StartWithInboxAsync(ServerOptions? options = null) => StartAsync(
        (options ?? new ServerOptions()) with { Inbox = "inbox" }, PeerRights.Browse | PeerRights.Read | PeerRights.Write);

    /// <summary>A file as a search would bring it.</summary>
    public RemoteFile File(string sharePath, ContentHash? hash = null)
    {
        string[] segments = sharePath.Split('/');
        FileInfo source = new(Server[segments]);
        return new RemoteFile(
            segments[^1], sharePath, segments[0], source.Exists ? source.Length : 0, DateTimeOffset.UnixEpoch, hash, "server", ServerId);
    }

    public async Task<TransferInfo> FetchOneAsync(string sharePath, FetchOptions? options = null) =>
        Assert.Single(await FetchAsync(options, sharePath));

    public Task<List<TransferInfo>> FetchAsync(FetchOptions? options, params IEnumerable<string> sharePaths) =>
        Client.FetchAsync(options ?? In(), sharePaths.Select(path => File(path)));

    /// <summary>Into the client's folder <c>in</c>.</summary>
    public FetchOptions In() => new() { Destination = Client["in"] };

    public Task<List<TransferInfo>> PushAsync(params IEnumerable<LocalFile> files) => Client.PushAsync(To(), files);

    public PushOptions To() => new() { Peers = [Peer] };

    /// <summary>From now on the client reaches the server through a proxy.</summary>
    public async Task<FaultProxy> InterposeAsync(FaultProxy? proxy = null)
    {
        ServerInfo server = (await Server.Node.GetServerAsync(TestNode.Patience))!;
        FaultProxy between = proxy ?? new FaultProxy(server.Port);
        await Client.Node.SetPeerAsync(ServerId, new PeerChange { Addresses = [$"127.0.0.1:{between.Port}"] }, TestNode.Patience);
        return between;
    }

    /// <summary>Nothing is below the folder but these files; above all nothing that is half a file.</summary>
    public static void AssertHolds(string folder, params string[] files) => Assert.Equal(
        files.Order(StringComparer.Ordinal),
        !Directory.Exists(folder) ? [] : Directory.EnumerateFileSystemEntries(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Where(path => !Directory.Exists(path) || Path.GetFileName(path) == SafeRoot.StagingName)
            .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/')).Order(StringComparer.Ordinal));

    public static void AssertFailed(PeerError error, TransferInfo transfer)
    {
        Assert.Equal(error, transfer.Error?.Error);
        Assert.DoesNotContain(transfer.Status, (TransferStatus[])[TransferStatus.Completed, TransferStatus.Unchanged]);
    }

    public static void AssertCompleted(TransferInfo transfer) =>
        Assert.Equal((TransferStatus.Completed, null), (transfer.Status, transfer.Error?.ToString()));

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
    }
}
