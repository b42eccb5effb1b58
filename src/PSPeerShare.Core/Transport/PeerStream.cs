using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Transport;

/// <summary>
/// One conversation over a connection: frames in order both ways, each direction with its own credit and its own end.
/// Knows no operation; refuses to send what the other side has not given credit for.
/// </summary>
/// <remarks>One reader at a time. Several senders may call at once; their frames go out in the order of the calls.</remarks>
internal sealed partial class PeerStream : IAsyncDisposable
{
    private readonly bool _isBulk;
    private readonly CancellationTokenSource _cancelled = new();
    private readonly Lock _gate = new();
    private Exception? _failure;
    private bool _hasRemoteEnded;
    private bool _hasLocalEnded;

    internal PeerStream(PeerConnection connection, uint id, bool isBulk, bool isLocal)
    {
        Connection = connection;
        Id = id;
        _isBulk = isBulk;
        IsLocal = isLocal;
    }

    public uint Id { get; }

    public PeerConnection Connection { get; }

    /// <summary>Set when the stream fails: by the other side's Error, by <see cref="Fail"/>, or with the connection.</summary>
    public CancellationToken Cancelled => _cancelled.Token;

    internal bool IsLocal { get; }

    /// <summary>Gives the stream up both ways, at once: what waits to be sent is dropped, the other side gets an Error.</summary>
    /// <param name="error">Why.</param>
    /// <param name="detail">Text for people; it is escaped where it is shown.</param>
    public void Fail(WireError error, string? detail = null)
    {
        lock (_gate)
        {
            if (_failure is not null || (_hasLocalEnded && _hasRemoteEnded))
            {
                return;
            }
        }
        End(new StreamFailedException(error, detail), dropReceived: true);
        SendError(error, detail);
    }

    /// <summary>Gives up what is not finished, and returns what nobody read.</summary>
    public ValueTask DisposeAsync()
    {
        Fail(WireError.Cancelled);
        DropReceived();
        return ValueTask.CompletedTask;
    }

    /// <summary>The other side's Error. It is owed one in return, if this side had not ended.</summary>
    internal void FailedByRemote(StreamError error)
    {
        var code = (WireError)error.Code;
        bool owesError;
        lock (_gate)
        {
            if (_failure is not null)
            {
                return;
            }
            owesError = !_hasLocalEnded;
        }
        string? detail = error.Detail.Length == 0 ? null : Printable.Escape(error.Detail, Limits.DetailBytes);
        End(new StreamFailedException(Enum.IsDefined(code) ? code : WireError.Internal, detail), dropReceived: false);
        if (owesError)
        {
            SendError(WireError.Cancelled, null);
        }
    }

    /// <summary>The connection ended.</summary>
    internal void Abandon(Exception why, bool dropReceived) => End(why, dropReceived);

    private void End(Exception why, bool dropReceived)
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                return;
            }
            _failure = why;
            _creditWaiter?.TrySetException(why);
        }
        // What arrived is still good, unless it is this side that gave up.
        if (dropReceived)
        {
            DropReceived();
        }
        _received.Writer.TryComplete();
        // Registered callbacks are foreign code and may not run on the reader thread.
        _ = _cancelled.CancelAsync();
    }

    // A fresh object for each throw: several waiters may get the same failure.
    private static Exception Again(Exception failure) => failure switch
    {
        StreamFailedException e => new StreamFailedException(e.Error, e.Detail),
        PeerShareException e => new PeerShareException(e.Error, e.Target, e.Detail, e),
        _ => failure,
    };

    private void SendError(WireError error, string? detail)
    {
        var message = new StreamError { Code = (uint)error, Detail = Shorten(detail) };
        PooledBuffer payload = FrameWriter.Encode(FrameType.Error, message);
        Connection.Enqueue(
            isBulk: false, new OutboundFrame(new FrameHeader(payload.Length, FrameType.Error, FrameFlags.None, Id), payload));
    }

    private static string Shorten(string? detail)
    {
        // Bytes are at most three times the characters.
        const int Longest = Limits.DetailBytes / 3;
        return detail is null ? "" : detail.Length <= Longest ? detail : detail[..Longest];
    }
}
