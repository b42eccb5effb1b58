using PSPeerShare.Core.Catalog.Announced;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Sessions;

/// <summary>Listens to one peer's catalog and has it stored.</summary>
internal sealed class CatalogSubscription(PeerCatalogs catalogs, EventLog log)
{
    /// <summary>The holder says something every <see cref="Limits.CatalogInterval"/>.</summary>
    private static readonly TimeSpan Silence = 4 * Limits.CatalogInterval;

    /// <summary>What a batch costs besides its items.</summary>
    private const int BatchCost = 50;

    /// <summary>Whether everything that the peer tells was stored at some time.</summary>
    public bool WasWhole { get; private set; }

    /// <summary>Listens until the peer or the caller ends it; for a visit, until everything is there.</summary>
    /// <exception cref="CatalogFaultException">What it tells cannot be; what was stored before stays.</exception>
    /// <exception cref="PeerShareException">Why it ended.</exception>
    public async Task RunAsync(PeerSession session, bool isVisit, CancellationToken cancellationToken)
    {
        NodeId peer = session.Connection.RemoteId;
        using CatalogReceiver receiver = catalogs.Receive(peer);
        RateLimiter pace = new(Limits.CatalogItemsPerSecond, session.Connection.Clock);
        await using PeerStream stream = session.Open(FrameType.Subscribe, receiver.Request());
        while (await session.ReceiveAsync(stream, null, Silence, cancellationToken) is { } received)
        {
            using InboundFrame frame = received;
            if (frame.Type != FrameType.CatalogBatch)
            {
                throw session.Violation($"{frame.Type} in a catalog");
            }

            CatalogBatch batch = frame.Parse(CatalogBatch.Parser);
            await pace.WaitAsync(BatchCost + batch.Items.Count, cancellationToken);
            receiver.Take(batch);
            if (batch.Complete)
            {
                log.CatalogReceived(peer, receiver.Entries);
            }

            WasWhole |= receiver.IsWhole;
            if (isVisit && receiver.IsWhole)
            {
                return;
            }
        }
    }
}
