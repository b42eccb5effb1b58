using Microsoft.Win32.SafeHandles;

namespace PSPeerShare.Core.Files;

/// <summary>
/// The owner-only folder of files that are not complete yet and outlive the process: each a file of data and a journal
/// beside it. Who holds the journal's lock holds both. It does not know what either of them says.
/// </summary>
internal abstract class KeptFolder : IDisposable
{
    /// <summary>Its name in the staging folder.</summary>
    public const string Name = "partial";

    private const long Second = 1_000_000_000;
    private const string DataEnd = ".data";
    private const string JournalEnd = ".journal";

    /// <summary>What nobody has gone on with for so long is removed by the next use of the destination.</summary>
    public static readonly TimeSpan MaximumAge = TimeSpan.FromDays(14);

    /// <summary>The name of the data of a partial file.</summary>
    public static string DataOf(string name) => Bare(name) + DataEnd;

    /// <summary>The name of the journal of a partial file.</summary>
    public static string JournalOf(string name) => Bare(name) + JournalEnd;

    /// <summary>Opens and locks a journal; null when there is none, or somebody else holds it.</summary>
    public abstract SafeFileHandle? OpenJournal(string name);

    /// <summary>Makes and locks a journal; null when there is one already, or none can be made.</summary>
    public abstract SafeFileHandle? CreateJournal(string name);

    /// <summary>Opens the data of a journal that the caller holds; null when there is none.</summary>
    public abstract StagedFile? OpenData(string name);

    /// <summary>Keeps a staged file as the data of a journal that the caller holds. False when it cannot be kept.</summary>
    public abstract bool TryKeep(StagedFile file, string name);

    /// <summary>What lies here, also what is in use; nothing is locked or verified. A journal that cannot be read is passed over.</summary>
    public IEnumerable<KeptPart> List()
    {
        foreach (string journal in Names().Where(static name => name.EndsWith(JournalEnd, StringComparison.Ordinal)))
        {
            using SafeFileHandle? handle = OpenToRead(journal);
            if (handle is not null && KeyOf(handle) is { } key)
            {
                yield return new KeptPart(key, LengthOf(DataOf(journal)));
            }
        }
    }

    /// <summary>Bytes of the data of that name; 0 when there is none.</summary>
    public abstract long LengthOf(string name);

    /// <summary>Sets a journal's times to now, which are then no earlier than those of data written before.</summary>
    public void Touch(SafeFileHandle journal) => SetModified(journal, (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100);

    /// <summary>
    /// The last touch of a journal: waits for the next tick of the file system's clock, so that whatever is written to
    /// the data from now on has a time that is not earlier.
    /// </summary>
    public void Seal(SafeFileHandle journal, FileFacts data)
    {
        for (int attempt = 0; attempt < 50; attempt++)
        {
            long seconds = (long)(DateTime.UtcNow - DateTime.UnixEpoch).TotalSeconds;
            SetModified(journal, seconds * Second);
            if (SafeRoot.Stat(journal).ChangedUnixNs > data.ChangedUnixNs)
            {
                break;
            }

            Thread.Sleep(1);
        }
    }

    /// <summary>
    /// Whether nobody can have written to the data since its writer touched the journal, which it does after each
    /// write. Where clocks of whole seconds are kept that cannot be told, nor after the clock was set back: what was
    /// written since looks older than the touch.
    /// </summary>
    public static bool IsSealed(FileFacts journal, FileFacts data, DateTimeOffset now)
    {
        bool hasFineClocks = data.ChangedUnixNs % Second != 0 && journal.ChangedUnixNs % Second != 0;
        bool isClosed = journal.ModifiedUnixNs % Second == 0;
        return hasFineClocks && journal.ChangedUnixNs <= (now - DateTimeOffset.UnixEpoch).Ticks * 100
            && (isClosed ? data.ChangedUnixNs < journal.ChangedUnixNs : data.ChangedUnixNs <= journal.ChangedUnixNs);
    }

    /// <summary>Deletes data and journal, which the caller holds.</summary>
    public abstract void Delete(string name);

    /// <summary>Closes the folder, and removes it when nothing is left in it.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The names of all files.</summary>
    protected abstract IReadOnlyList<string> Names();

    /// <summary>Opens a file without locking it; null when that cannot be done.</summary>
    protected abstract SafeFileHandle? OpenToRead(string name);

    /// <summary>Sets a journal's modification time, as far as that works.</summary>
    protected abstract void SetModified(SafeFileHandle journal, long unixNs);

    /// <summary>Closes the folder.</summary>
    protected abstract void Dispose(bool disposing);

    private static PartialKey? KeyOf(SafeFileHandle journal)
    {
        try
        {
            return PartialJournal.ReadKey(journal);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string Bare(string name) =>
        name.EndsWith(DataEnd, StringComparison.Ordinal) ? name[..^DataEnd.Length]
        : name.EndsWith(JournalEnd, StringComparison.Ordinal) ? name[..^JournalEnd.Length]
        : name;
}
