using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Discovery.Lan;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Discovery;

/// <summary>Nodes on a segment in memory.</summary>
internal sealed class LanFixture : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<LanDiscovery> _nodes = [];

    public LanFixture() => Log = EventLog.Open(new EventLogOptions { Folder = _folder.Path });

    public LanBus Bus { get; } = new();

    public EventLog Log { get; }

    public HashSet<NodeId> Known { get; } = [];

    /// <summary>A node that listens, and announces itself where it has a profile.</summary>
    public LanDiscovery Start(string address, LanProfile? profile = null)
    {
        LanDiscovery node = new(Bus.Attach(address), () => [LanBus.Link(address)], Known.Contains, Log);
        _nodes.Add(node);
        node.Open();
        if (profile is not null)
        {
            node.Announce(profile);
        }

        return node;
    }

    public static LanProfile Profile(string name, int number, int port = 22021, bool isPairingOpen = false) =>
        new(Id(number), name, port, 1, isPairingOpen);

    public static NodeId Id(int number)
    {
        byte[] bytes = new byte[32];
        BitConverter.TryWriteBytes(bytes, number);
        bytes[31] = 1;
        return NodeId.FromBytes(bytes);
    }

    /// <summary>The first sighting that fits, for a test's patience.</summary>
    public static async Task<SeenPeer> SeeAsync(LanDiscovery node, Func<SeenPeer, bool> isWanted, NodeId? wanted = null)
    {
        using CancellationTokenSource patience = new(Waiting.Patience);
        while (true)
        {
            using CancellationTokenSource round = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
            round.CancelAfter(TimeSpan.FromSeconds(2));
            try
            {
                await foreach (SeenPeer peer in node.WatchAsync(wanted, round.Token))
                {
                    if (isWanted(peer))
                    {
                        return peer;
                    }
                }
            }
            catch (OperationCanceledException) when (!patience.IsCancellationRequested)
            {
                // Ask again.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (LanDiscovery node in _nodes)
        {
            await node.DisposeAsync();
        }

        await Log.DisposeAsync();
        _folder.Dispose();
    }
}
