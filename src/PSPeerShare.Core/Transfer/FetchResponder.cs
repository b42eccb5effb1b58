using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Serves fetches: opens what is asked for, in the order in which it is asked for, and sends it back to back. The
/// grant is asked at every name and every frame (A1).
/// </summary>
internal sealed class FetchResponder(
    GrantedCatalog catalog, IContentIndex contents, Func<NodeId, IReadOnlyList<RateLimiter>> limitsOf, Func<NodeId, ByteAllowance?> allowanceOf, TransferCounters counters, EventLog log, AuditLog audit)
{
    /// <summary>Where it is seen what passes.</summary>
    public PassingFiles Passing { get; init; } = new();

    /// <summary>Told what a file is sent as, before the other side has the last of it; without a hash where it is sent in parts.</summary>
    public Action<WirePath, ContentHash?>? Told { get; init; }

    /// <summary>Told the files that the other side hears it cannot have, before it does.</summary>
    public Action<WirePath>? Refused { get; init; }

    public async Task FetchAsync(PeerStream stream, InboundFrame opening, CancellationToken cancellationToken)
    {
        _ = opening.Parse(FetchRequest.Parser);
        NodeId peer = stream.Connection.RemoteId;
        using CatalogView view = catalog.For(peer, PeerRights.Read);
        using ByteAllowance? allowance = allowanceOf(peer);
        WireName? current = null;
        FileSender sender = new(stream, limitsOf(peer), counters)
        {
            Allowance = allowance, Hashed = Told is null ? null : Tell, Failed = Refused is null ? null : TellRefused,
        };
        using RangeServing ranges = new(sender, view, stream.Connection, log, audit) { Passing = Passing, Told = Told };
        long start = Stopwatch.GetTimestamp();
        while (await stream.ReceiveAsync(cancellationToken) is { } received)
        {
            using InboundFrame frame = received;
            if (frame.Type != FrameType.FetchItems)
            {
                throw new PeerShareException(PeerError.ProtocolViolation, detail: $"{frame.Type} in a fetch");
            }

            foreach (FetchItem item in frame.Parse(FetchItems.Parser).Items)
            {
                current = item.Name;
                await ServeAsync(sender, ranges, view, stream.Connection, item, cancellationToken);
            }
        }

        await stream.FinishAsync(cancellationToken);
        log.StreamServed(peer, "Fetch", sender.Files, sender.Bytes, Stopwatch.GetElapsedTime(start));

        void Tell(uint index, ContentHash root)
        {
            if (WirePath.TryFromWire(current, out WirePath? name, out _))
            {
                Told?.Invoke(name, root);
            }
        }

        void TellRefused(uint index)
        {
            if (WirePath.TryFromWire(current, out WirePath? name, out _))
            {
                Refused?.Invoke(name);
            }
        }
    }

    private async Task ServeAsync(
        FileSender sender, RangeServing ranges, CatalogView view, PeerConnection connection, FetchItem item, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        if (!WirePath.TryFromWire(item.Name, out WirePath? name, out _))
        {
            await sender.SendErrorAsync(item.Index, PeerError.FileNotFound, cancellationToken);
            return;
        }

        if (item.Ranges.Count > 0 && !IsOfAnotherState(item, view, name))
        {
            await ranges.ServeAsync(item, name, cancellationToken);
            return;
        }

        SafeFileHandle handle;
        FileFacts facts;
        DateTimeOffset readFrom = DateTimeOffset.UtcNow;
        try
        {
            handle = view.OpenRead(name, out facts);
        }
        catch (PeerShareException e)
        {
            log.RequestDenied(connection.RemoteId, "Fetch", name, e.Error);
            audit.Refuse("fetch", connection.RemoteId, connection.RemoteEndPoint, name.Share, name.ToString(), e.Error.ToString());
            await sender.SendErrorAsync(item.Index, e.Error, cancellationToken);
            return;
        }

        long before = sender.Bytes;
        using (handle)
        using (Passing.Enter(isArriving: false, name, connection.RemoteId, facts.Length, () => sender.Bytes - before))
        {
            FetchNote note = new(audit, connection, sender);
            try
            {
                ContentHash root = await sender.SendAsync(item.Index, handle, facts, Demand, null, cancellationToken);
                contents.Remember(facts, readFrom, root, sender.Tree);
                log.RequestServed(connection.RemoteId, "Fetch", name, facts.Length, Stopwatch.GetElapsedTime(start));
                note.Write(name, root);
            }
            catch (Exception e)
            {
                // However it ended: the peer may have all of it but the last frame.
                note.Write(name, e);
                if (e is not PeerShareException
                {
                    Error: PeerError.FileChanged or PeerError.FileNotReadable or PeerError.FileNotFound or PeerError.TicketSpent
                } failure)
                {
                    throw;
                }

                log.RequestFailed(connection.RemoteId, "Fetch", name, failure.Error, failure.Detail);
            }
        }

        void Demand()
        {
            if (!view.IsVisible(name))
            {
                throw new PeerShareException(PeerError.FileNotFound);
            }
        }
    }

    /// <summary>Whether the ranges are of a state of the file that is gone; then the whole of the new one is sent.</summary>
    private static bool IsOfAnotherState(FetchItem item, CatalogView view, WirePath name)
    {
        if (item.Length == 0)
        {
            return false;
        }

        try
        {
            using SafeFileHandle handle = view.OpenRead(name, out FileFacts facts);
            return facts.Length != item.Length || (item.ModifiedUnixNs != 0 && facts.ModifiedUnixNs != item.ModifiedUnixNs);
        }
        catch (PeerShareException)
        {
            // Whoever serves it says so.
            return false;
        }
    }
}
