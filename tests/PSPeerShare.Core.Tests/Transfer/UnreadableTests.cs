using System.Net;
using System.Runtime.Versioning;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>What the system denies to the user the node runs as. Each runs in a process that may not pass over modes.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class UnreadableTests
{
    [Fact]
    public Task A_file_or_folder_that_the_peer_cannot_read_fails_alone() => RunAsync(Unreadable);

    [Fact]
    public Task A_folder_that_cannot_be_read_is_said_by_a_search_of_a_large_share_too() => RunAsync(UnreadableInLargeShare);

    [Fact]
    public Task A_destination_that_cannot_be_written_says_so() => RunAsync(ReadOnlyDestination);

    [Fact]
    public Task A_local_file_that_cannot_be_read_is_not_sent_and_the_others_are() => RunAsync(UnreadableLocally);

    [Fact]
    public Task An_inbox_that_cannot_be_written_refuses_every_file() => RunAsync(ReadOnlyInbox);

    [Fact]
    public Task What_cannot_be_read_of_a_hand_over_is_told_at_both_ends_and_the_rest_is_delivered() => RunAsync(UnreadableHandedOver);

    private static async Task RunAsync(Action<string[]> body)
    {
        using OtherProcess process = OtherProcess.StartOrdinary(body);
        await process.FinishAsync();
    }

    private static void Unreadable(string[] arguments) => RunInside(async pair =>
    {
        pair.Server.Write("docs/a.txt", "a"u8.ToArray());
        pair.Server.Write("docs/closed/b.txt", "b"u8.ToArray());
        File.SetUnixFileMode(pair.Server.Write("docs/denied.txt", "secret"u8.ToArray()), UnixFileMode.None);
        File.SetUnixFileMode(pair.Server["docs", "closed"], UnixFileMode.None);

        List<SearchResult> found = [];
        await foreach (SearchResult result in pair.Client.Node.FindFilesAsync(new FindOptions(), TestNode.Patience))
        {
            found.Add(result);
        }

        Assert.Equal(["docs/a.txt", "docs/denied.txt"], found.Where(f => f.File is not null).Select(f => f.File!.SharePath).Order(StringComparer.Ordinal));
        Assert.Equal(PeerError.EntriesLeftOut, Assert.Single(found, f => f.File is null).Failure!.Error);
        List<TransferInfo> results = await pair.FetchAsync(null, "docs/denied.txt", "docs/closed/b.txt", "docs/a.txt");
        File.SetUnixFileMode(pair.Server["docs", "closed"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        NodePair.AssertFailed(PeerError.FileNotReadable, results.Single(r => r.Name == "denied.txt"));
        Assert.Equal("docs/denied.txt", results.Single(r => r.Name == "denied.txt").Error!.Target);
        NodePair.AssertFailed(PeerError.FileNotReadable, results.Single(r => r.Name == "b.txt"));
        NodePair.AssertHolds(pair.Client["in"], "a.txt");
    });

    private static void UnreadableInLargeShare(string[] arguments) => Task.Run(async () =>
    {
        // The files first: how many there are is counted by a whole scan, and the next one is long after the first.
        await using TestNode server = new();
        await using TestNode client = new();
        for (int i = 0; i <= EntryIndex.WalkedEntries; i++)
        {
            server.Write($"docs/many/{i}.txt", []);
        }

        server.Write("docs/closed/b.txt", "b"u8.ToArray());
        File.SetUnixFileMode(server["docs", "closed"], UnixFileMode.None);
        List<SearchResult> found = [];
        try
        {
            await server.StartAsync(server["docs"]);
            await server.BefriendAsync(client);
            await Waiting.UntilAsync(() => server.Node.GetSharesAsync(TestNode.Patience).Result.Single().Entries > EntryIndex.WalkedEntries);
            await foreach (SearchResult result in client.Node.FindFilesAsync(new FindOptions { Names = ["77.txt"] }, TestNode.Patience))
            {
                found.Add(result);
            }
        }
        finally
        {
            File.SetUnixFileMode(server["docs", "closed"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Assert.Equal("docs/many/77.txt", Assert.Single(found, f => f.File is not null).File!.SharePath);
        Assert.Equal(PeerError.EntriesLeftOut, Assert.Single(found, f => f.File is null).Failure!.Error);
    }).GetAwaiter().GetResult();

    private static void ReadOnlyDestination(string[] arguments) => RunInside(async pair =>
    {
        pair.Server.Write("docs/a.txt", "a"u8.ToArray());
        pair.Server.Write("docs/b.txt", "b"u8.ToArray());
        string folder = pair.Client.Folder("in");
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        List<TransferInfo> results = await pair.FetchAsync(null, "docs/a.txt", "docs/b.txt");
        List<TransferInfo> below = await pair.FetchAsync(new FetchOptions { Destination = Path.Combine(folder, "new") }, "docs/a.txt");
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        Assert.Equal(2, results.Count);
        Assert.All(results.Concat(below), r => NodePair.AssertFailed(PeerError.DestinationNotWritable, r));
        Assert.All(results.Concat(below), r => Assert.StartsWith(folder, r.Error!.Target, StringComparison.Ordinal));
        NodePair.AssertHolds(folder);
    });

    private static void UnreadableLocally(string[] arguments) => RunInside(async pair =>
    {
        string denied = pair.Client.Write("out/denied.txt", "secret"u8.ToArray());
        pair.Client.Write("out/sent.txt", "sent"u8.ToArray());
        File.SetUnixFileMode(denied, UnixFileMode.None);
        pair.Client.Write("out/closed/b.txt", "b"u8.ToArray());
        File.SetUnixFileMode(pair.Client["out", "closed"], UnixFileMode.None);

        List<LocalFile> files = [];
        PeerShareException leftOut = Assert.Throws<PeerShareException>(() =>
        {
            foreach (LocalFile file in PeerNode.ExpandLocal(pair.Client["out"], recurse: true))
            {
                files.Add(file);
            }
        });
        List<TransferInfo> results = await pair.PushAsync(files);
        File.SetUnixFileMode(pair.Client["out", "closed"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        Assert.Equal((PeerError.EntriesLeftOut, pair.Client["out"]), (leftOut.Error, leftOut.Target));
        Assert.Contains("closed", leftOut.Detail, StringComparison.Ordinal);

        TransferInfo failed = results.Single(r => r.Name == "denied.txt");
        NodePair.AssertFailed(PeerError.PathNotReadable, failed);
        Assert.Equal(denied, failed.Error!.Target);
        NodePair.AssertCompleted(results.Single(r => r.Name == "sent.txt"));
        NodePair.AssertHolds(pair.InboxFolder, "out/sent.txt");
    });

    private static void ReadOnlyInbox(string[] arguments) => RunInside(async pair =>
    {
        string inbox = pair.Server["inbox"];
        File.SetUnixFileMode(inbox, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        LocalFile[] files = [.. PeerNode.ExpandLocal(pair.Client.Write("a.txt", "a"u8.ToArray()), recurse: false)];

        TransferInfo result = Assert.Single(await pair.PushAsync(files));
        File.SetUnixFileMode(inbox, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        NodePair.AssertFailed(PeerError.PushRefused, result);
        Assert.DoesNotContain(inbox, result.Error!.ToString(), StringComparison.Ordinal);
        NodePair.AssertHolds(inbox);
        NodePair.AssertCompleted(Assert.Single(await pair.PushAsync(files)));
    });

    private static void UnreadableHandedOver(string[] arguments) => RunInside(async pair =>
    {
        string closed = Deny(pair.Server.Write("out/tree/closed.txt", "closed"u8.ToArray()));
        string alone = Deny(pair.Server.Write("out/alone.txt", "alone"u8.ToArray()));
        string later = pair.Server.Write("out/tree/later.txt", "later"u8.ToArray());
        pair.Server.Write("out/tree/open.txt", "open"u8.ToArray());
        await using PeerNodeHandOver offer = pair.Server.Node.OfferFiles(
            [pair.Server["out", "tree"], alone, pair.Server["out", "missing"]], 0, [IPAddress.Loopback]);
        Assert.Equal(
            [(PeerError.PathNotReadable, closed), (PeerError.PathNotReadable, alone), (PeerError.PathNotFound, pair.Server["out", "missing"])],
            offer.LeftOut.Select(failure => (failure.Error, failure.Target!)));

        IReadOnlyList<SearchResult> found = await pair.Client.Node.ReceiveAsync(offer.Code, [$"127.0.0.1:{offer.Port}"], TestNode.Patience);
        Task<IReadOnlyList<TransferInfo>> waiting = offer.WaitAsync(TestNode.Patience);
        NodePair.AssertFailed(PeerError.FileNotReadable, await FetchAsync("closed.txt"));
        NodePair.AssertCompleted(await FetchAsync("later.txt"));
        NodePair.AssertCompleted(await FetchAsync("open.txt"));
        Deny(later);
        TransferInfo[] failed = [await FetchAsync("closed.txt"), await FetchAsync("later.txt")];
        Assert.All(failed, transfer => NodePair.AssertFailed(PeerError.FileNotReadable, transfer));

        Assert.True(pair.Client.Node.ConfirmReceived(found, failed));

        IReadOnlyList<TransferInfo> sent = await waiting;
        Assert.Equal(["later.txt", "open.txt"], sent.Select(transfer => transfer.Name).Order(StringComparer.Ordinal));
        NodePair.AssertCompleted(sent.Single(transfer => transfer.Name == "open.txt"));
        NodePair.AssertFailed(PeerError.HandOverFailed, sent.Single(transfer => transfer.Name == "later.txt"));

        async Task<TransferInfo> FetchAsync(string name) => Assert.Single(await pair.Client.FetchAsync(
            pair.In() with { Force = true }, found.Single(result => result.File?.Name == name).File!));
    });

    private static string Deny(string path)
    {
        File.SetUnixFileMode(path, UnixFileMode.None);
        return path;
    }

    private static void RunInside(Func<NodePair, Task> body) => Task.Run(async () =>
    {
        await using NodePair pair = await NodePair.StartWithInboxAsync();
        await body(pair);
    }).GetAwaiter().GetResult();
}
