using Microsoft.Win32.SafeHandles;

namespace PSPeerShare.Core.Files;

/// <summary>
/// A file that is being received. It has no name that anyone would mistake for the finished file; it gets its final
/// name in one step by <see cref="Commit"/>, or disappears by <see cref="Dispose()"/>.
/// </summary>
/// <remarks>It does not know what its bytes mean: whoever writes them verifies them before the commit.</remarks>
internal abstract class StagedFile : IDisposable
{
    /// <summary>The open file, for reading and writing. It belongs to this object.</summary>
    public abstract SafeFileHandle Handle { get; }

    /// <summary>Writes all bytes at an offset.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.DestinationFull"/> or
    /// <see cref="PeerError.DestinationNotWritable"/>.</exception>
    public abstract void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Makes the file as long as what was written to it, where zeros were left out. A failure takes nothing away.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.DestinationFull"/> or
    /// <see cref="PeerError.DestinationNotWritable"/>.</exception>
    public virtual void Settle()
    {
    }

    /// <summary>Puts what was written on stable storage, and says so when that failed. Any thread, also beside a write.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.DestinationFull"/> or
    /// <see cref="PeerError.DestinationNotWritable"/>: what the disk holds of this file is unknown then.</exception>
    public abstract void Sync();

    /// <summary>Gives the file its name and makes missing folders on the way. After it the object only needs disposing.</summary>
    /// <param name="target">The segments below the root.</param>
    /// <param name="mode">What to do when the name is taken.</param>
    /// <param name="modifiedUnixNs">Its modification time, or null to leave it.</param>
    /// <param name="durable">Whether content and name must be on stable storage before this returns.</param>
    /// <param name="finalName">The last segment that was used; differs from the target only for
    /// <see cref="CommitMode.NewName"/>.</param>
    /// <exception cref="PeerShareException"><see cref="PeerError.DestinationExists"/>,
    /// <see cref="PeerError.DestinationInvalid"/>, <see cref="PeerError.DestinationNotWritable"/>,
    /// <see cref="PeerError.DestinationFull"/> or <see cref="PeerError.NameRefused"/>. The staged file is still
    /// there and may be committed under another name.</exception>
    public abstract void Commit(
        ReadOnlySpan<string> target, CommitMode mode, long? modifiedUnixNs, bool durable, out string finalName);

    /// <summary>Begins a commit that goes on with <see cref="Sync"/>, <see cref="CommitSynced"/> and <see cref="SyncName"/>:
    /// sets the time, and sends what was written on its way to the disk without waiting.</summary>
    /// <exception cref="PeerShareException">As <see cref="Sync"/>.</exception>
    public virtual void Prepare(long? modifiedUnixNs)
    {
    }

    /// <summary>Gives a file that was synced its name, as <see cref="Commit"/> does; the name itself is not durable
    /// before <see cref="SyncName"/>, unless <see cref="NamedIn"/> is null.</summary>
    public virtual void CommitSynced(ReadOnlySpan<string> target, CommitMode mode, long? modifiedUnixNs, out string finalName) =>
        Commit(target, mode, modifiedUnixNs, durable: true, out finalName);

    /// <summary>What <see cref="SyncName"/> syncs, the same object for all files that were named in it; null when
    /// nothing is left to sync.</summary>
    public virtual object? NamedIn => null;

    /// <summary>Makes the names of all files that were named in the same folder before durable.</summary>
    /// <exception cref="PeerShareException">As <see cref="Sync"/>.</exception>
    public virtual void SyncName()
    {
    }

    /// <summary>Closes the file, and deletes it when it was not committed.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the file, and deletes it when it was not committed.</summary>
    protected abstract void Dispose(bool disposing);
}
