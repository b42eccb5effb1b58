using System.Collections.Concurrent;
using System.Diagnostics;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Hosting;

/// <summary>
/// Certain files for whoever types a code, once. It has a listener, a desk with one code and a registry of its own, so
/// that nothing else of the home is within reach, and it knows no peer book: the node that proved the code may read
/// these files until it has them.
/// </summary>
internal sealed partial class HandOver : IAsyncDisposable
{
    /// <summary>What the receiver says when it has everything; without it the files count as not delivered.</summary>
    public const string Received = "received";

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    private readonly ShareRegistry _registry = new();
    private readonly PairingDesk _desk = new();
    private readonly List<(LocalFile File, WirePath Name)> _files = [];
    private readonly List<PeerShareException> _leftOut = [];
    private readonly HashSet<WirePath> _names = [];
    private readonly ConcurrentDictionary<WirePath, ContentHash?> _told = [];
    private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly OpenCode _code;
    private readonly GrantedCatalog _catalog;
    private PeerListener? _listener;
    private long _cameAt;
    private volatile Receiver? _receiver;
    private PeerConnection? _connection;

    public HandOver(IEnumerable<string> paths, IContentIndex contents)
    {
        foreach (string path in paths)
        {
            Offer(path);
        }

        _catalog = new GrantedCatalog(_registry, (peer, right) => new Access(this, peer, right), contents);
        _code = _desk.Open(new PairingOffer(
            PairingPurpose.HandOver, PeerRights.Browse | PeerRights.Read, (node, name, _, _) => _receiver = new Receiver(node, name)));
    }

    public string Code => _code.Code.Reveal();

    public DateTimeOffset Expires => _code.Expires;

    public int Port { get; private set; }

    /// <summary>What of the offer cannot be handed over, and why.</summary>
    public IReadOnlyList<PeerShareException> LeftOut => _leftOut;

    /// <summary>Whether nothing of the offer can be.</summary>
    public bool IsEmpty => !_registry.All.Any();

    public GrantedCatalog Catalog => _catalog;

    public PairingDesk Desk => _desk;

    /// <summary>How many files are offered, and their length together.</summary>
    public (int Count, long Bytes) Offered => (_files.Count, _files.Sum(f => f.File.Length));

    public DateTimeOffset Created => _code.Created;

    public string Id => _code.Id;

    /// <summary>What other sessions see of it.</summary>
    public HandOverEntry? Entry { get; set; }

    /// <summary>What makes it known on the network; ends with it.</summary>
    public IAsyncDisposable? Announced { get; set; }

    /// <summary>Whether a node may come in by that ALPN.</summary>
    public AcceptVerdict Judge(NodeId node, string alpn) =>
        alpn == Alpn.Pair || (_receiver?.Id == node && !_received.Task.IsCompleted) ? AcceptVerdict.Accepted : AcceptVerdict.NotTrusted;

    /// <summary>Listens; called once.</summary>
    public void Listen(ListenOptions options)
    {
        _listener = PeerListener.Start(options);
        Port = _listener.Port;
    }

    /// <summary>Takes the receiver's connection.</summary>
    public void Connected(PeerConnection connection)
    {
        _connection = connection;
        _ = Interlocked.CompareExchange(ref _cameAt, Stopwatch.GetTimestamp(), 0);
        _ = connection.Closed.ContinueWith(
            ended =>
            {
                if (ended.Result is { Reason: CloseReason.Normal, IsByRemote: true, Detail: Received })
                {
                    // It is over: who comes again is told so, and begins nothing that ends half way.
                    _received.TrySetResult();
                    _desk.CloseAll();
                }
                else
                {
                    _ = Interlocked.CompareExchange(ref _connection, null, connection);
                }
            },
            TaskScheduler.Default);
    }

    /// <summary>
    /// Takes what the receiver is told or sent of a file. It can only have what it knows of: what was away or unreadable
    /// when it looked is missing there, whatever it says and whatever is here now.
    /// </summary>
    public void Told(WirePath name, ContentHash? hash)
    {
        if (_names.Contains(name))
        {
            _told.AddOrUpdate(name, hash, (_, former) => hash ?? former);
        }
    }

    /// <summary>
    /// Takes that the receiver was told that a file cannot be given to it. What it was told of the file before, in a list
    /// for instance, is nothing then.
    /// </summary>
    public void Refused(WirePath name) => _told.TryRemove(name, out _);

    /// <summary>Waits until the receiver has said that it has everything that it can get.</summary>
    /// <returns>What was delivered, and what was offered and is not, as failed.</returns>
    /// <exception cref="PeerShareException"><see cref="PeerError.HandOverFailed"/>: the code was used up or expired, and
    /// nobody is at work with it any more.</exception>
    public async Task<IReadOnlyList<TransferInfo>> WaitAsync(CancellationToken cancellationToken)
    {
        while (!_received.Task.IsCompleted)
        {
            if (Entry?.IsWithdrawn(_receiver?.Name) == true)
            {
                _desk.CloseAll();
                throw new PeerShareException(PeerError.HandOverFailed, null, "it was withdrawn in another session");
            }

            // What the last connection ended with is known before it is none any more.
            if (!_desk.IsAwaiting(PairingPurpose.HandOver) && _connection is null && !_received.Task.IsCompleted)
            {
                throw new PeerShareException(
                    PeerError.HandOverFailed, null, _receiver is null ? "the code expired or was used up by a wrong one" : "the receiver went away");
            }

            await Task.WhenAny(_received.Task, Task.Delay(LookInterval, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        // What each file took is not known; together they took what the receiver was here for.
        TimeSpan took = Stopwatch.GetElapsedTime(_cameAt);
        Receiver receiver = _receiver!;
        using CatalogView view = _catalog.For(receiver.Id, PeerRights.Read);
        return [.. _files.Select(item => Ended(item.File, item.Name, receiver, HashOf(view, item.Name, cancellationToken)) with
        {
            StartTime = DateTimeOffset.UtcNow - took,
            Duration = took,
        })];
    }

    public async ValueTask DisposeAsync()
    {
        _desk.CloseAll();
        Entry?.Dispose();
        if (Announced is { } announced)
        {
            await announced.DisposeAsync();
        }

        if (Interlocked.Exchange(ref _listener, null) is { } listener)
        {
            await listener.DisposeAsync();
        }
    }

    // Sent in parts the hash may not have been known, and only then the file is read once more.
    private ContentHash? HashOf(CatalogView view, WirePath name, CancellationToken cancellationToken) =>
        _told.TryGetValue(name, out ContentHash? hash) ? hash ?? view.HashOf(name, cancellationToken) : null;

    private static TransferInfo Ended(LocalFile file, WirePath name, Receiver receiver, ContentHash? hash)
    {
        TransferRecord record = new(TransferDirection.Send, name.Name, name.ToString(), receiver.Name, receiver.Id, file.Length)
        {
            LocalPath = file.FullPath,
        };
        if (hash is null)
        {
            return record.End(TransferStatus.Failed, null, new PeerShareException(
                PeerError.HandOverFailed, file.FullPath, $"{file.FullPath} was gone, changed or unreadable when the receiver came"));
        }

        record.AddBytes(file.Length);
        return record.End(TransferStatus.Completed, hash, error: null);
    }

    private sealed record Receiver(NodeId Id, string Name);

    private sealed class Access(HandOver handOver, NodeId peer, PeerRights right) : IShareAccess
    {
        public bool May(ServedShare share, WirePath name) =>
            handOver._receiver?.Id == peer && right is PeerRights.Browse or PeerRights.Read;

        public IReadOnlyList<WirePath> PlacesIn(ServedShare share) => [];
    }
}
