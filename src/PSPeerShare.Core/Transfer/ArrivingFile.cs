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
/// what waits here. Writing a large file begins with its first frame; a small one is kept until it is whole, so that
/// writing it never waits and one file costs no task.
/// </remarks>
internal sealed class ArrivingFile
{
    /// <summary>Up to so many bytes a file is small.</summary>
    private const int SmallBytes = 128 * 1024;

    // An honest sender has a kilobyte in each frame but the last. Each frame costs credit, and a small file holds its
    // own until it is whole: in crumbs it would never be.
    private const int MostFramesOfSmall = 2 * SmallBytes / 1024;

    private readonly Channel<InboundFrame>? _frames;
    private readonly List<InboundFrame>? _held;
    private readonly SafeRoot _root;
    private readonly Action<long> _onBytes;
    private readonly IReadOnlyList<(long Offset, long Length)> _parts;
    private readonly long _awaited;
    private long _taken;
    private ContentHash? _statedRoot;
    private PeerShareException? _abandoned;
    private WriterTasks? _writers;
    private Func<Task>? _write;
    private Task? _writing;
    private bool _isQueued;

    /// <param name="root">Where it goes.</param>
    /// <param name="length">The file's length.</param>
    /// <param name="onBytes">Told how many bytes were written.</param>
    /// <param name="parts">What comes of it; null is all.</param>
    public ArrivingFile(SafeRoot root, long length, Action<long> onBytes, IReadOnlyList<(long Offset, long Length)>? parts = null)
    {
        _root = root;
        _onBytes = onBytes;
        _parts = parts ?? [(0, length)];
        _awaited = _parts.Sum(static p => p.Length);
        Length = length;
        if (IsSmall(length))
        {
            _held = new List<InboundFrame>(1);
        }
        else
        {
            _frames = Channel.CreateUnbounded<InboundFrame>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        }
    }

    /// <summary>Whether a file of that length is written when it is whole, by a task that it shares with others.</summary>
    public static bool IsSmall(long length) => length <= SmallBytes;

    /// <summary>How long the sender says the file is.</summary>
    public long Length { get; }

    /// <summary>Whether the task that writes it has ended, well or not. Of a small file nobody has to know.</summary>
    public bool HasWriterEnded => _writing is { IsCompleted: true };

    /// <summary>The content that was asked for, where it is known; then nothing else is taken.</summary>
    public ContentHash? Expected { get; set; }

    /// <summary>What arrived, once it is verified.</summary>
    public ContentHash? Verified { get; private set; }

    /// <summary>Bytes that have come.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Bytes that have not come yet.</summary>
    public long Missing => _awaited - _taken;

    /// <summary>Starts the task that calls <c>ReceiveAsync</c>, now or when there is something for it to do.</summary>
    public void Begin(WriterTasks writers, Func<Task> write)
    {
        _writers = writers;
        _write = write;
        if (_held is null)
        {
            Start();
        }
    }

    /// <summary>
    /// Takes a data frame over. False when it goes beyond the stated length, or a small file comes in crumbs; the frame
    /// is disposed then.
    /// </summary>
    public bool Add(InboundFrame frame)
    {
        if (frame.Payload.Length > Missing || _held?.Count >= MostFramesOfSmall)
        {
            frame.Dispose();
            return false;
        }

        _taken += frame.Payload.Length;
        if (_held is not null)
        {
            _held.Add(frame);
        }
        else if (!_frames!.Writer.TryWrite(frame))
        {
            frame.Dispose();
        }

        return true;
    }

    /// <summary>All bytes have come; <paramref name="statedRoot"/> is what the sender hashed, or null when it sent parts.</summary>
    public void Finish(ContentHash? statedRoot)
    {
        _statedRoot = statedRoot;
        _frames?.Writer.TryComplete();
        Start();
    }

    /// <summary>The rest will not come.</summary>
    public void Abandon(PeerShareException why)
    {
        _abandoned = why;
        _frames?.Writer.TryComplete(why);
        Start();
    }

    /// <summary>Writes what arrives to its places in a partial file, hashes it group by group and claims the groups.</summary>
    /// <returns>The hash of the file that the sender states, if it does.</returns>
    /// <exception cref="PeerShareException">Why it ended before; what was claimed stays.</exception>
    public async Task<ContentHash?> ReceiveAsync(PartialFile partial, CancellationToken cancellationToken)
    {
        try
        {
            GroupWriter writer = new(partial, _parts);
            await foreach (InboundFrame frame in _frames!.Reader.ReadAllAsync(cancellationToken))
            {
                using (frame)
                {
                    writer.Write(frame.Payload.Span);
                    _onBytes(frame.Payload.Length);
                }
            }

            return writer.IsDone ? _statedRoot
                : throw new PeerShareException(PeerError.ContentMismatch, detail: $"{Missing} bytes are missing");
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Writes what arrives, verifies it and names it.</summary>
    /// <returns>The verified hash, the name that was used, and the file's facts since it has it.</returns>
    /// <exception cref="PeerShareException">Why the file did not get its name; nothing of it is left.</exception>
    public async Task<(ContentHash Hash, string FinalName, FileFacts Facts)> ReceiveAsync(
        string[] target, CommitMode mode, long? modifiedUnixNs, bool isDurable, CancellationToken cancellationToken)
    {
        try
        {
            if (_held is not null && _abandoned is not null)
            {
                throw _abandoned;
            }

            using StagedFile staged = _root.Stage(Length);
            ContentHash hash = await WriteAsync(staged, cancellationToken);
            if (Missing != 0 || hash != _statedRoot || (Expected is { } expected && hash != expected))
            {
                throw new PeerShareException(PeerError.ContentMismatch, detail: $"{_taken} of {Length} bytes, hash {hash}");
            }

            Verified = hash;
            string finalName;
            if (isDurable)
            {
                finalName = await _root.Durably.CommitAsync(staged, target, mode, modifiedUnixNs);
            }
            else
            {
                staged.Commit(target, mode, modifiedUnixNs, durable: false, out finalName);
            }

            return (hash, finalName, SafeRoot.Stat(staged.Handle));
        }
        finally
        {
            Release();
        }
    }

    private void Start()
    {
        if (_held is null)
        {
            _writing ??= _writers!.Start(_write!);
        }
        else if (!_isQueued)
        {
            _isQueued = true;
            _writers!.Enqueue(_write!);
        }
    }

    private async ValueTask<ContentHash> WriteAsync(StagedFile staged, CancellationToken cancellationToken)
    {
        if (_held is [InboundFrame only])
        {
            // Most files of a large number are like this.
            staged.Write(only.Payload.Span, 0);
            _onBytes(only.Payload.Length);
            return Blake3Hasher.Hash(only.Payload.Span);
        }

        Blake3Hasher hasher = new();
        long offset = 0;
        foreach (InboundFrame frame in _held ?? [])
        {
            Write(frame);
        }

        if (_frames is not null)
        {
            await foreach (InboundFrame frame in _frames.Reader.ReadAllAsync(cancellationToken))
            {
                using (frame)
                {
                    Write(frame);
                }
            }
        }

        return hasher.Finish();

        void Write(InboundFrame frame)
        {
            hasher.Update(frame.Payload.Span);
            staged.Write(frame.Payload.Span, offset);
            offset += frame.Payload.Length;
            _onBytes(frame.Payload.Length);
        }
    }

    /// <summary>
    /// Gives back what has come and was not written, and lets what still comes go at once: a file whose writing never
    /// began would keep the credit for ever.
    /// </summary>
    public void Release()
    {
        foreach (InboundFrame frame in _held ?? [])
        {
            frame.Dispose();
        }

        _frames?.Writer.TryComplete();
        while (_frames is not null && _frames.Reader.TryRead(out InboundFrame? left))
        {
            left.Dispose();
        }
    }
}
