using System.Globalization;
using System.Net;
using PSPeerShare.Core;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Hosting;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Benchmarks.Memory;

/// <summary>
/// What the processes do whose memory is watched from outside. Each says a line when it is ready, begins when it is
/// told to, says another when it is done, and ends with its input.
/// </summary>
internal static class MemoryRole
{
    public static Task RunAsync(string[] arguments) => arguments switch
    {
        ["serve", string home, string share, .. string[] ids] => ServeAsync(home, share, ids),
        ["flow", string home, string port, string id, string name] => AsDiallerAsync(home, port, id, session => FlowAsync(session, name)),
        ["list", string home, string port, string id, string share] => AsDiallerAsync(home, port, id, session => ListAsync(session, share)),
        ["idle", string port, string id, string each, .. string[] homes] => IdleAsync(port, id, int.Parse(each, CultureInfo.InvariantCulture), homes),
        _ => throw new ArgumentException("an unknown role"),
    };

    /// <summary>A node that shares a folder with the given nodes, once all of it is hashed.</summary>
    private static async Task ServeAsync(string home, string share, string[] ids)
    {
        await using PeerNode node = PeerNode.Open(home, DiscoveryScope.Off);
        foreach (string id in ids)
        {
            await node.AddPeerAsync(new AddPeerOptions { NodeId = NodeId.Parse(id), Name = $"peer{Array.IndexOf(ids, id)}" }, CancellationToken.None);
        }

        ServerOptions options = new() { Paths = share.Length == 0 ? [] : [share], Port = 0, ListenAddresses = [IPAddress.Loopback], Name = "bench", Discovery = false };
        ServerInfo server = await node.StartServerAsync(options, CancellationToken.None);
        while (share.Length > 0 && (await node.GetSharesAsync(CancellationToken.None))[0] is not { Unhashed: 0 })
        {
            await Task.Delay(100);
        }

        Say($"{server.Port} {server.NodeId}");
        while (Hear())
        {
            // What starting and scanning left behind is not what a connection costs.
            Settle();
            Say(Allocated);
        }
    }

    private static async Task AsDiallerAsync(string home, string port, string id, Func<PeerSession, Task<string>> act)
    {
        using NodeIdentity identity = NodeIdentity.LoadOrCreate(home);
        PeerDialler dialler = new(identity, static () => new Hello { NodeName = "dialler", Agent = "Benchmarks", BootNonce = Google.Protobuf.ByteString.CopyFrom(new byte[Limits.BootNonceBytes]) }, new ConnectionOptions());
        await using PeerSession session = new(await DialAsync(dialler, port, id), "bench");
        Settle();
        Say(Allocated);
        if (Hear())
        {
            string answer = await act(session);
            Say($"{answer} {Allocated}");
            Hear();
        }
    }

    /// <summary>Fetches a file as a fetch does, verifies it, and throws it away.</summary>
    private static async Task<string> FlowAsync(PeerSession session, string name)
    {
        await using PeerStream stream = session.Open(FrameType.Fetch, new FetchRequest(), last: false, bulk: true);
        stream.SetBulkWindow(rateLimit: null);
        FetchItems request = new();
        request.Items.Add(new FetchItem { Name = WirePath.TryParse(name, out WirePath? path, out _) ? path.ToWire() : throw new ArgumentException(name) });
        await stream.SendAsync(FrameType.FetchItems, request, last: true);
        TreeHasher hasher = new();
        long bytes = 0;
        while (await stream.ReceiveAsync() is { } received)
        {
            using InboundFrame frame = received;
            session.Touch();
            switch (frame.Type)
            {
                case FrameType.Data:
                    hasher.Update(frame.Payload.Span);
                    bytes += frame.Payload.Length;
                    break;
                case FrameType.ItemEnd when !frame.Parse(ItemEnd.Parser).Root.Span.SequenceEqual(hasher.Finish().Root.ToArray()):
                    throw new InvalidOperationException("The content is another one.");
                case FrameType.ItemError:
                    throw new InvalidOperationException($"The file is not served: {(WireError)frame.Parse(ItemError.Parser).Code}.");
            }
        }

        return bytes.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Lists everything below a share and keeps nothing of it.</summary>
    private static async Task<string> ListAsync(PeerSession session, string share)
    {
        long count = 0;
        WirePath folder = WirePath.TryParse(share, out WirePath? path, out _) ? path : throw new ArgumentException(share);
        await foreach (Listed entry in session.BrowseAsync(folder, recurse: true, null, TimeSpan.FromSeconds(60), CancellationToken.None))
        {
            count += entry.IsFolder ? 0 : 1;
        }

        return count.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Connections that say nothing.</summary>
    private static async Task IdleAsync(string port, string id, int each, string[] homes)
    {
        List<NodeIdentity> identities = [];
        List<PeerConnection> connections = [];
        Say("ready");
        Hear();
        foreach (string home in homes)
        {
            NodeIdentity identity = NodeIdentity.LoadOrCreate(home);
            identities.Add(identity);
            PeerDialler dialler = new(identity, static () => new Hello { NodeName = "idle", Agent = "Benchmarks", BootNonce = Google.Protobuf.ByteString.CopyFrom(new byte[Limits.BootNonceBytes]) }, new ConnectionOptions());
            for (int i = 0; i < each; i++)
            {
                connections.Add(await DialAsync(dialler, port, id));
            }
        }

        Say($"{connections.Count}");
        Hear();
        connections.ForEach(static c => c.Shutdown(CloseReason.Normal));
        await Task.WhenAll(connections.Select(static c => c.Closed));
        identities.ForEach(static i => i.Dispose());
    }

    /// <summary>Bytes that the process has ever allocated on its heap.</summary>
    private static string Allocated => GC.GetTotalAllocatedBytes().ToString(CultureInfo.InvariantCulture);

    private static Task<PeerConnection> DialAsync(PeerDialler dialler, string port, string id) => dialler.DialAsync(
        new DialTarget { Host = "127.0.0.1", Port = int.Parse(port, CultureInfo.InvariantCulture), Expected = NodeId.Parse(id) },
        static (_, _, _) => Task.CompletedTask,
        CancellationToken.None);

    private static void Settle() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    private static bool Hear() => Console.In.ReadLine() is not null;

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
