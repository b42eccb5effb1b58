namespace PSPeerShare.Core.Storage;

/// <summary>
/// node.db: what a home must not lose. Peers, grants, tickets, persistent shares, the running node, the hand-overs that
/// wait and the history of transfers, as plain rows. It refuses to know what they mean: trust is decided in Trust. Any
/// thread, any number of processes.
/// </summary>
internal sealed class NodeStore : IDisposable
{
    private readonly StoreFile file;

    private NodeStore(StoreFile file)
    {
        this.file = file;
        Peers = new PeerTable(file);
        Grants = new GrantTable(file);
        Tickets = new TicketTable(file);
        Shares = new ShareTable(file);
        RunningNode = new RunningNodeTable(file);
        Transfers = new TransferHistory(file);
        HandOvers = new HandOverTable(file);
    }

    public PeerTable Peers { get; }

    public GrantTable Grants { get; }

    public TicketTable Tickets { get; }

    public ShareTable Shares { get; }

    public RunningNodeTable RunningNode { get; }

    public TransferHistory Transfers { get; }

    public HandOverTable HandOvers { get; }

    /// <summary>
    /// Grows with every change of peers' rights, grants, tickets and shares, by whichever process. Last-seen times,
    /// addresses and history do not count.
    /// </summary>
    public long ChangeCounter => file.Bulk(
        "SELECT value FROM change_counter", static statement => statement.Step() ? statement.Number(0) : 0);

    /// <summary>Opens the home's store; the home is made when it is missing.</summary>
    /// <exception cref="PeerShareException">
    /// <see cref="PeerError.HomeUnusable"/>, or <see cref="PeerError.StoreUnusable"/>: damaged, from a newer version,
    /// not private, not writable. A damaged file is left untouched.
    /// </exception>
    public static NodeStore Open(string homeFolder)
    {
        OwnerOnly.EnsureFolder(homeFolder, PeerError.HomeUnusable);
        string path = Path.Combine(homeFolder, "node.db");
        return new NodeStore(StoreFile.Open(path, NodeSchema.Migrations, NodeSchema.Guarded));
    }

    /// <summary>Runs several changes as one: all or nothing, and on disk when it returns.</summary>
    public T Atomically<T>(Func<T> work) => file.Write(work);

    /// <summary>Runs several questions on one state of the store.</summary>
    public T Snapshot<T>(Func<T> work) => file.Read(work);

    public void Dispose() => file.Dispose();
}
