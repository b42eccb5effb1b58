using System.Threading.Channels;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// One file on its way in: takes its frames from the stream's reader, writes and hashes them on a task of its own, and
/// gives the file its name only when the hash is the one that the sender states (R2).
/// </summary>
/// <remarks>
/// The stream's reader calls <see cref="Add"/>, then <see cref="Finish"/> or <see cref="Abandon"/>. Credit bounds
/// what waits here.
/// </remarks>
internal sealed class ArrivingFile
{
    private readonly Channel<InboundFrame> _frames =
        Channel.CreateUnbounded<InboundFrame>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private readonly SafeRoot _root;
    private readonly Action<long> _onBytes;
    private long _taken;
    private ContentHash _statedRoot;

    public ArrivingFile(SafeRoot root, long length, Action<long> onBytes)
    {
        _root = root;
        _onBytes = onBytes;
        Length = length;
    }

    /// <summary>How long the sender says the file is.</summary>
    public long Length { get; }

    /// <summary>The content that was asked for, where it is known; then nothing else is taken.</summary>
    public ContentHash? Expected { get; set; }

    /// <summary>What arrived, once it is verified.</summary>
    public ContentHash? Verified { get; private set; }

    /// <summary>Bytes that have not come yet.</summary>
    public long Missing => Length - _taken;

    /// <summary>Takes a data frame over. False when it goes beyond the stated length; the frame is disposed then.</summary>
    public bool Add(InboundFrame frame)
    {
        if (frame.Payload.Length > Missing)
        {
            frame.Dispose();
            return false;
        }

        _taken += frame.Payload.Length;
        if (!_frames.Writer.TryWrite(frame))
        {
            frame.Dispose();
        }

        return true;
    }

    /// <summary>All bytes have come; <paramref name="statedRoot"/> is what the sender hashed.</summary>
    public void Finish(ContentHash statedRoot)
    {
        _statedRoot = statedRoot;
        _frames.Writer.TryComplete();
    }

    /// <summary>The rest will not come.</summary>
    public void Abandon(PeerShareException why) => _frames.Writer.TryComplete(why);

    /// <summary>Writes what arrives, verifies it and names it.</summary>
    /// <returns>The verified hash and the name that was used.</returns>
    /// <exception cref="PeerShareException">Why the file did not get its name; nothing of it is left.</exception>
    public async Task<(ContentHash Hash, string FinalName)> ReceiveAsync(
        string[] target, CommitMode mode, long? modifiedUnixNs, bool isDurable, CancellationToken cancellationToken)
    {
        try
        {
            using StagedFile staged = _root.Stage(Length);
            Blake3Hasher hasher = new();
            long offset = 0;
            await foreach (InboundFrame frame in _frames.Reader.ReadAllAsync(cancellationToken))
            {
                using (frame)
                {
                    hasher.Update(frame.Payload.Span);
                    staged.Write(frame.Payload.Span, offset);
                    offset += frame.Payload.Length;
                    _onBytes(frame.Payload.Length);
                }
            }

            ContentHash hash = hasher.Finish();
            if (offset != Length || hash != _statedRoot || (Expected is { } expected && hash != expected))
            {
                throw new PeerShareException(PeerError.ContentMismatch, detail: $"{offset} of {Length} bytes, hash {hash}");
            }

            Verified = hash;
            staged.Commit(target, mode, modifiedUnixNs, isDurable, out string finalName);
            return (hash, finalName);
        }
        finally
        {
            _frames.Writer.TryComplete();
            while (_frames.Reader.TryRead(out InboundFrame? left))
            {
                left.Dispose();
            }
        }
    }
}
