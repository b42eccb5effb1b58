using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Files;

// Zeros of a file that was begun here are not written where nothing was written before: there the file reads as zeros
// anyway, and takes no room. What is skipped was verified like all else.
internal sealed partial class UnixStagedFile
{
    private readonly Lock _holes = new();
    private long _holesEnd;
    private bool _isWritingZeros;

    /// <summary>
    /// Whether the bytes need not be written. Only a file that is reserved a step at a time is known to hold nothing yet
    /// in a step that was not reserved; one that an earlier process has left may hold anything.
    /// </summary>
    private bool TryLeaveHole(int file, ReadOnlySpan<byte> bytes, long offset)
    {
        if (_ahead is null || _isWritingZeros || bytes.IsEmpty || !_ahead.IsUntouched(offset, bytes.Length)
            || bytes.ContainsAnyExcept((byte)0))
        {
            return false;
        }

        lock (_holes)
        {
            if (_holesEnd == 0 && _calls.Grow(file, offset + bytes.Length) < 0)
            {
                // Here nothing but writing makes a file longer.
                _isWritingZeros = true;
                return false;
            }

            _holesEnd = Math.Max(_holesEnd, offset + bytes.Length);
            return true;
        }
    }

    /// <inheritdoc/>
    public override void Settle()
    {
        using HandleHold held = new(_handle);
        GrowOverHoles(held.File);
    }

    /// <summary>Before anything is claimed of the file or it gets its name, it is as long as what came for it.</summary>
    private void GrowOverHoles(int file)
    {
        lock (_holes)
        {
            if (_holesEnd == 0)
            {
                return;
            }

            int result = _calls.Stat(file, out UnixStat stat);
            if (result >= 0 && stat.Facts.Length < _holesEnd)
            {
                result = _calls.Grow(file, _holesEnd);
            }

            if (result < 0)
            {
                throw UnixErrors.Writing(-result, _root.LocalPath);
            }
        }
    }
}
