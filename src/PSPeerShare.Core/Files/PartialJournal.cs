using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Content;

namespace PSPeerShare.Core.Files;

/// <summary>
/// The journal of a partial file: what it is a part of, in which boot it was written, and the hash of each group that
/// is on the disk. It claims what it is told to claim; whoever tells it has flushed the data (R3).
/// </summary>
/// <remarks>
/// <para>Layout: 8 bytes of magic with the version; the header's length (4 bytes, little endian as all numbers), the
/// header (boot id with its length, then the key) and a check; then records: how many groups (4 bytes), for each its
/// number (8) and its hash (32), and a check. A check is the beginning of the BLAKE3 hash over the check before it and
/// what lies between: a torn end, a record of another journal or a changed byte ends what is believed.</para>
/// <para>One writer at a time.</para>
/// </remarks>
internal sealed class PartialJournal : IDisposable
{
    private const int CheckBytes = 16;
    private const int GroupBytes = sizeof(long) + ContentHash.SizeInBytes;
    private const int MostHeaderBytes = 64 * 1024;
    private const int MostGroupsOfRecord = 64 * 1024;

    private static readonly byte[] s_magic = "PSPPART1"u8.ToArray();

    private readonly byte[] _check = new byte[CheckBytes];
    private long _end;

    private PartialJournal(SafeFileHandle handle) => Handle = handle;

    /// <summary>The open, locked file.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Whether there was more behind the last good record.</summary>
    public bool IsTorn { get; private set; }

    /// <summary>Begins a journal in an open file, whatever that held before.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static PartialJournal Begin(SafeFileHandle handle, PartialKey key, string bootId)
    {
        byte[] boot = Encoding.UTF8.GetBytes(bootId);
        byte[] keyBytes = key.ToBytes();
        byte[] head = new byte[s_magic.Length + sizeof(int) + sizeof(int) + boot.Length + keyBytes.Length];
        s_magic.CopyTo(head, 0);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(s_magic.Length), sizeof(int) + boot.Length + keyBytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(s_magic.Length + sizeof(int)), boot.Length);
        boot.CopyTo(head, s_magic.Length + (2 * sizeof(int)));
        keyBytes.CopyTo(head, head.Length - keyBytes.Length);

        RandomAccess.SetLength(handle, 0);
        PartialJournal journal = new(handle);
        journal.Write(head);
        return journal;
    }

    /// <summary>
    /// Reads a journal as far as it can be believed; null when not even its header can. Goes on behind the last good
    /// record.
    /// </summary>
    /// <param name="handle">The file; passes to the journal, if there is one.</param>
    /// <param name="key">What it is a part of.</param>
    /// <param name="bootId">The boot that it was written in.</param>
    /// <param name="hashes">The groups it claims.</param>
    public static PartialJournal? Read(SafeFileHandle handle, out PartialKey? key, out string bootId, out GroupHashes? hashes)
    {
        hashes = null;
        PartialJournal journal = new(handle);
        if (!journal.TryReadHeader(out key, out bootId))
        {
            return null;
        }

        GroupLayout layout = new(key.Length);
        hashes = new GroupHashes(layout);
        while (journal.TakeRecord(layout, hashes))
        {
        }

        journal.IsTorn = RandomAccess.GetLength(handle) > journal._end;
        return journal;
    }

    /// <summary>What a journal is of, whoever holds it; null when its header cannot be believed.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static PartialKey? ReadKey(SafeFileHandle handle) =>
        new PartialJournal(handle).TryReadHeader(out PartialKey? key, out _) ? key : null;

    /// <summary>Claims groups whose data is on stable storage.</summary>
    /// <exception cref="IOException">It cannot be written; what it said before still stands.</exception>
    public void Claim(IReadOnlyList<(long Group, ContentHash Hash)> groups)
    {
        for (int done = 0; done < groups.Count; done += MostGroupsOfRecord)
        {
            int count = Math.Min(MostGroupsOfRecord, groups.Count - done);
            byte[] record = new byte[sizeof(int) + (count * GroupBytes)];
            BinaryPrimitives.WriteInt32LittleEndian(record, count);
            for (int at = 0; at < count; at++)
            {
                Span<byte> entry = record.AsSpan(sizeof(int) + (at * GroupBytes), GroupBytes);
                BinaryPrimitives.WriteInt64LittleEndian(entry, groups[done + at].Group);
                groups[done + at].Hash.CopyTo(entry[sizeof(long)..]);
            }

            Write(record);
        }
    }

    public void Dispose() => Handle.Dispose();

    private bool TryReadHeader([NotNullWhen(true)] out PartialKey? key, out string bootId)
    {
        (key, bootId) = (null, string.Empty);
        byte[] prefix = new byte[s_magic.Length + sizeof(int)];
        if (!TryRead(prefix, 0) || !prefix.AsSpan().StartsWith(s_magic))
        {
            return false;
        }

        int headerBytes = BinaryPrimitives.ReadInt32LittleEndian(prefix.AsSpan(s_magic.Length));
        if (headerBytes is < sizeof(int) or > MostHeaderBytes)
        {
            return false;
        }

        byte[] head = new byte[prefix.Length + headerBytes];
        if (!TryTake(head))
        {
            return false;
        }

        ReadOnlySpan<byte> header = head.AsSpan(prefix.Length);
        int bootBytes = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (bootBytes < 0 || bootBytes > header.Length - sizeof(int))
        {
            return false;
        }

        bootId = Encoding.UTF8.GetString(header.Slice(sizeof(int), bootBytes));
        key = PartialKey.FromBytes(header[(sizeof(int) + bootBytes)..]);
        return key is not null;
    }

    private bool TakeRecord(GroupLayout layout, GroupHashes hashes)
    {
        byte[] size = new byte[sizeof(int)];
        if (!TryRead(size, _end))
        {
            return false;
        }

        int count = BinaryPrimitives.ReadInt32LittleEndian(size);
        if (count is <= 0 or > MostGroupsOfRecord)
        {
            return false;
        }

        byte[] record = new byte[sizeof(int) + (count * GroupBytes)];
        if (!TryTake(record))
        {
            return false;
        }

        for (int at = sizeof(int); at < record.Length; at += GroupBytes)
        {
            long group = BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(at));
            ContentHash hash = ContentHash.FromBytes(record.AsSpan(at + sizeof(long), ContentHash.SizeInBytes));
            if (group >= 0 && group < layout.Count && !hash.IsEmpty)
            {
                hashes.Add(group, hash);
            }
        }

        return true;
    }

    /// <summary>Takes the next piece with its check, when the check is right.</summary>
    private bool TryTake(byte[] piece)
    {
        byte[] stated = new byte[CheckBytes];
        if (!TryRead(piece, _end) || !TryRead(stated, _end + piece.Length))
        {
            return false;
        }

        Span<byte> check = stackalloc byte[CheckBytes];
        CheckOf(piece, check);
        if (!check.SequenceEqual(stated))
        {
            return false;
        }

        check.CopyTo(_check);
        _end += piece.Length + CheckBytes;
        return true;
    }

    private void Write(byte[] piece)
    {
        byte[] bytes = new byte[piece.Length + CheckBytes];
        piece.CopyTo(bytes, 0);
        Span<byte> check = bytes.AsSpan(piece.Length);
        CheckOf(piece, check);
        RandomAccess.Write(Handle, bytes, _end);
        check.CopyTo(_check);
        _end += bytes.Length;
    }

    private void CheckOf(ReadOnlySpan<byte> piece, Span<byte> check)
    {
        Blake3Hasher hasher = new();
        hasher.Update(_check);
        hasher.Update(piece);
        Span<byte> hash = stackalloc byte[ContentHash.SizeInBytes];
        hasher.Finish().CopyTo(hash);
        hash[..CheckBytes].CopyTo(check);
    }

    private bool TryRead(Span<byte> buffer, long offset)
    {
        while (!buffer.IsEmpty)
        {
            int read = RandomAccess.Read(Handle, buffer, offset);
            if (read == 0)
            {
                return false;
            }

            buffer = buffer[read..];
            offset += read;
        }

        return true;
    }
}
