using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Serves the items of one fetch stream that ask for ranges. There may be thousands for one file, so it is opened once
/// and written to the audit once, with all that was sent of it. The grant is asked at every item and every frame.
/// </summary>
internal sealed class RangeServing(FileSender sender, CatalogView view, PeerConnection connection, EventLog log, AuditLog audit) : IDisposable
{
    private RangedFile? _file;
    private FetchNote _note;
    private IDisposable? _passing;

    /// <summary>Where it is seen what passes.</summary>
    public PassingFiles Passing { get; init; } = new();

    /// <summary>Told the file, and its hash where it is known, before any of it is sent.</summary>
    public Action<WirePath, ContentHash?>? Told { get; init; }

    /// <summary>Answers one item; what goes wrong ends this item only.</summary>
    public async Task ServeAsync(FetchItem item, WirePath name, CancellationToken cancellationToken)
    {
        ContentHash? root;
        try
        {
            root = Prepare(item, name);
            Told?.Invoke(name, root);
        }
        catch (PeerShareException e)
        {
            log.RequestDenied(connection.RemoteId, "Fetch", name, e.Error);
            audit.Refuse("fetch", connection.RemoteId, connection.RemoteEndPoint, name.Share, name.ToString(), e.Error.ToString());
            await sender.SendErrorAsync(item.Index, e.Error, cancellationToken);
            return;
        }

        try
        {
            await sender.SendRangesAsync(item.Index, _file!.Handle, _file.Facts, item.Ranges, root, () => DemandVisible(name), cancellationToken);
        }
        catch (Exception e)
        {
            // However it ended: the peer may have all of it but the last frame.
            Close(e);
            if (e is not PeerShareException
            {
                Error: PeerError.FileChanged or PeerError.FileNotReadable or PeerError.FileNotFound or PeerError.TicketSpent or PeerError.ProtocolViolation
            } failure)
            {
                throw;
            }

            log.RequestFailed(connection.RemoteId, "Fetch", name, failure.Error, failure.Detail);
        }
    }

    /// <summary>Writes to the audit what was sent.</summary>
    public void Dispose() => Close(null);

    /// <summary>Has the file open, and its hash where it is known.</summary>
    private ContentHash? Prepare(FetchItem item, WirePath name)
    {
        if (_file is null || !_file.Name.Equals(name))
        {
            Close(null);
            _file = RangedFile.Open(view, name);
            _note = new FetchNote(audit, connection, sender);
            long before = sender.Bytes;
            _passing = Passing.Enter(isArriving: false, name, connection.RemoteId, _file.Facts.Length, () => sender.Bytes - before);
        }
        else
        {
            DemandVisible(name);
        }

        ContentHash? root = view.KnownHash(_file.Facts);
        return item.Hash.Length == ContentHash.SizeInBytes && root is { } known && known != ContentHash.FromBytes(item.Hash.Span)
            ? throw new PeerShareException(PeerError.FileChanged, detail: "another content than the one asked for")
            : root;
    }

    private void DemandVisible(WirePath name)
    {
        if (!view.IsVisible(name))
        {
            throw new PeerShareException(PeerError.FileNotFound);
        }
    }

    private void Close(Exception? failure)
    {
        if (_file is { } file)
        {
            _file = null;
            _passing?.Dispose();
            if (failure is null && _note.Bytes > 0)
            {
                _note.Write(file.Name, view.KnownHash(file.Facts));
            }
            else if (failure is not null)
            {
                _note.Write(file.Name, failure);
            }

            file.Dispose();
        }
    }
}
