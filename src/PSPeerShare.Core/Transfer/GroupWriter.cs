using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Puts a run of bytes to the places that it is made of, in a partial file, and claims each group whose last byte came.
/// </summary>
/// <remarks>One thread. Parts begin where a group begins and end where one ends.</remarks>
internal sealed class GroupWriter(PartialFile partial, IReadOnlyList<(long Offset, long Length)> parts)
{
    private readonly Blake3Hasher _hasher = new();
    private readonly GroupLayout _layout = partial.Layout;
    private int _part;
    private long _done;

    /// <summary>Whether all parts have come.</summary>
    public bool IsDone => _part == parts.Count || (parts.Count == 1 && parts[0].Length == 0);

    /// <summary>Takes the next bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            (long offset, long length) = parts[_part];
            int count = (int)Math.Min(bytes.Length, length - _done);
            WritePart(offset + _done, bytes[..count]);
            bytes = bytes[count..];
            _done += count;
            if (_done == length)
            {
                _part++;
                _done = 0;
            }
        }
    }

    private void WritePart(long offset, ReadOnlySpan<byte> bytes)
    {
        partial.WriteAt(offset, bytes);
        while (!bytes.IsEmpty)
        {
            long group = offset / _layout.GroupBytes;
            long start = _layout.OffsetOf(group);
            int count = (int)Math.Min(bytes.Length, start + _layout.LengthOf(group) - offset);
            if (offset == start)
            {
                _hasher.ResetToGroup(_layout, group);
            }

            _hasher.Update(bytes[..count]);
            offset += count;
            bytes = bytes[count..];
            if (offset == start + _layout.LengthOf(group))
            {
                partial.Claim(group, _hasher.Finish());
            }
        }
    }
}
