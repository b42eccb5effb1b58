using Google.Protobuf;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Sends one open file after the other over a stream: header, data, and at the end the hash of what was sent. It
/// hashes while it sends and never reads a file twice. A file that changes meanwhile ends in an error (R4).
/// </summary>
/// <remarks>One thread at a time.</remarks>
internal sealed partial class FileSender(PeerStream stream, IReadOnlyList<RateLimiter> limits, TransferCounters counters)
{
    /// <summary>Bytes of a data frame: large enough that its costs vanish, small enough to interleave.</summary>
    private const int FrameBytes = 256 * 1024;

    private readonly Blake3Hasher _hasher = new();

    private TreeHasher? _tree;
    private TreeHasher? _spareTree;

    private delegate void TakeBytes(ReadOnlySpan<byte> bytes);

    /// <summary>The groups' hashes of the file that was sent last, unless it has one group only.</summary>
    public Outboard? Tree { get; private set; }

    /// <summary>Files sent whole.</summary>
    public long Files { get; private set; }

    /// <summary>Bytes sent, of whole files and others.</summary>
    public long Bytes => stream.DataBytes;

    /// <summary>Told an item's hash before the other side is.</summary>
    public Action<uint, ContentHash>? Hashed { get; init; }

    /// <summary>Told an item that ends in an error, before the other side is.</summary>
    public Action<uint>? Failed { get; init; }

    /// <summary>What the other side may still be sent, where that is limited.</summary>
    public ByteAllowance? Allowance { get; init; }

    /// <summary>Sends a file.</summary>
    /// <param name="index">The item's number in the stream.</param>
    /// <param name="handle">The open file.</param>
    /// <param name="facts">Its facts when it was opened.</param>
    /// <param name="demandPermission">Called before each frame after the first, whose permission was asked at opening;
    /// throws when the peer may not have it any more.</param>
    /// <param name="onSent">Told the bytes of each frame.</param>
    /// <param name="cancellationToken">Stops between two frames.</param>
    /// <param name="startAt">Where to begin; what is before is hashed, and not sent.</param>
    /// <returns>The hash of the file.</returns>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileChanged"/> or
    /// <see cref="PeerError.FileNotReadable"/>; the item has been ended with that error.</exception>
    public async Task<ContentHash> SendAsync(
        uint index,
        SafeFileHandle handle,
        FileFacts facts,
        Action demandPermission,
        Action<long>? onSent,
        CancellationToken cancellationToken,
        long startAt = 0)
    {
        try
        {
            // Before the header: who has heard it waits for bytes.
            TakeBytes take = BeginHash(facts.Length);
            HashBefore(handle, startAt, take, cancellationToken);
            ItemHeader header = new()
            {
                Index = index,
                Length = facts.Length,
                ModifiedUnixNs = facts.ModifiedUnixNs,
                Ranged = startAt > 0,
            };
            await stream.SendAsync(FrameType.ItemHeader, header, cancellationToken: cancellationToken);
            ContentHash root = await SendContentAsync(handle, facts, startAt, take, demandPermission, onSent, cancellationToken);
            Hashed?.Invoke(index, root);
            ItemEnd end = new() { Index = index, Root = ByteString.CopyFrom(root.ToArray()) };
            await stream.SendAsync(FrameType.ItemEnd, end, cancellationToken: cancellationToken);
            Files++;
            return root;
        }
        catch (PeerShareException e) when (e.Error is PeerError.FileChanged or PeerError.FileNotReadable or PeerError.FileNotFound or PeerError.TicketSpent)
        {
            await SendErrorAsync(index, e.Error, cancellationToken);
            throw;
        }
    }

    /// <summary>Ends an item with an error; the stream goes on with the next.</summary>
    public ValueTask SendErrorAsync(uint index, PeerError error, CancellationToken cancellationToken)
    {
        Failed?.Invoke(index);
        ItemError message = new() { Index = index, Code = (uint)Sessions.WireFaults.ToWire(error) };
        return stream.SendAsync(FrameType.ItemError, message, cancellationToken: cancellationToken);
    }

    private async Task<ContentHash> SendContentAsync(
        SafeFileHandle handle,
        FileFacts facts,
        long startAt,
        TakeBytes take,
        Action demandPermission,
        Action<long>? onSent,
        CancellationToken cancellationToken)
    {
        int frameBytes = FrameBytesFor(limits);
        for (long offset = startAt; offset < facts.Length;)
        {
            if (offset > startAt)
            {
                demandPermission();
            }

            int count = (int)Math.Min(facts.Length - offset, frameBytes);
            await SendFrameAsync(handle, offset, count, take, cancellationToken);
            offset += count;
            onSent?.Invoke(count);
        }

        if (SafeRoot.Stat(handle) != facts)
        {
            throw new PeerShareException(PeerError.FileChanged);
        }

        return FinishHash();
    }

    /// <summary>A short file is one group: its hash is its tree.</summary>
    private TakeBytes BeginHash(long length)
    {
        // One that was left in the midst of a file is not used again.
        Tree = null;
        _tree = length > GroupLayout.FewestBytes ? _spareTree ?? new TreeHasher() : null;
        _spareTree = null;
        _hasher.Reset();
        return _tree is null ? _hasher.Update : _tree.Update;
    }

    private ContentHash FinishHash()
    {
        if (_tree is null)
        {
            return _hasher.Finish();
        }

        Tree = _tree.Finish();
        _spareTree = _tree;
        return Tree.Root;
    }

    private static void HashBefore(SafeFileHandle handle, long end, TakeBytes take, CancellationToken cancellationToken)
    {
        for (long offset = 0; offset < end;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using PooledBuffer buffer = PooledBuffer.Rent((int)Math.Min(end - offset, FrameBytes));
            Fill(handle, buffer, offset);
            take(buffer.Span);
            offset += buffer.Length;
        }
    }

    private async ValueTask SendFrameAsync(
        SafeFileHandle handle, long offset, int count, TakeBytes? take, CancellationToken cancellationToken)
    {
        Allowance?.Spend(count);
        PooledBuffer buffer = PooledBuffer.Rent(count);
        try
        {
            Fill(handle, buffer, offset);
            take?.Invoke(buffer.Span);
            await RateLimiter.WaitForAllAsync(limits, buffer.Length, cancellationToken);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }

        await stream.SendDataAsync(buffer, cancellationToken: cancellationToken);
        counters.AddSent(count);
    }

    /// <summary>Under a low limit frames get smaller, so that something arrives several times a second.</summary>
    private static int FrameBytesFor(IReadOnlyList<RateLimiter> limits)
    {
        int bytes = FrameBytes;
        foreach (RateLimiter limit in limits)
        {
            if (limit.BytesPerSecond is { } rate)
            {
                bytes = (int)Math.Clamp(rate / 8, 1024, bytes);
            }
        }

        return bytes;
    }

    private static void Fill(SafeFileHandle handle, PooledBuffer buffer, long offset)
    {
        int filled = 0;
        while (filled < buffer.Length)
        {
            int read;
            try
            {
                read = RandomAccess.Read(handle, buffer.Span[filled..], offset + filled);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new PeerShareException(PeerError.FileNotReadable, detail: e.Message, innerException: e);
            }

            if (read == 0)
            {
                throw new PeerShareException(PeerError.FileChanged);
            }

            filled += read;
        }
    }
}
