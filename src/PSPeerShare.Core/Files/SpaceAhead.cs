namespace PSPeerShare.Core.Files;

/// <summary>
/// Which steps of a file were reserved. Space is taken a step ahead of the data and no further: the length of a file is
/// only a word of its sender. Any thread.
/// </summary>
/// <param name="length">Bytes that the file is going to have.</param>
internal sealed class SpaceAhead(long length)
{
    /// <summary>What is reserved at once.</summary>
    public const long StepBytes = 16 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly HashSet<long> _taken = [];

    /// <summary>The next part to reserve before bytes are written; call again until there is none.</summary>
    public bool TryTake(long offset, int count, out long start, out long bytes)
    {
        long last = Math.Min(offset + count, length) - 1;
        lock (_gate)
        {
            for (long step = offset / StepBytes; step <= last / StepBytes && step * StepBytes <= last; step++)
            {
                if (_taken.Add(step))
                {
                    start = step * StepBytes;
                    bytes = Math.Min(StepBytes, length - start);
                    return true;
                }
            }
        }

        (start, bytes) = (0, 0);
        return false;
    }

    /// <summary>Whether nothing was reserved, and so nothing written, where these bytes are.</summary>
    public bool IsUntouched(long offset, int count)
    {
        lock (_gate)
        {
            for (long step = offset / StepBytes; step <= (offset + count - 1) / StepBytes; step++)
            {
                if (_taken.Contains(step))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
