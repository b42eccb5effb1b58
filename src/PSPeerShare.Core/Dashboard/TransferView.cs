using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Dashboard;

/// <summary>A transfer, as the page shows it.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Job">The job it belongs to, if this dashboard began it.</param>
/// <param name="Direction">Which way.</param>
/// <param name="Name">The file's name.</param>
/// <param name="Path">Where it lies here, once that is known.</param>
/// <param name="Peer">The other side.</param>
/// <param name="Length">Bytes of the file.</param>
/// <param name="Bytes">Bytes so far.</param>
/// <param name="Rate">Bytes a second, lately; over all for one that ended.</param>
/// <param name="Status">How far it is.</param>
/// <param name="Started">Milliseconds since 1970.</param>
/// <param name="Ended">Milliseconds since 1970, or null.</param>
/// <param name="Sources">Who gave how much.</param>
/// <param name="Fault">Why it failed, or null.</param>
internal sealed record TransferView(
    string Id, string? Job, TransferDirection Direction, string Name, string Path, string Peer, long Length, long Bytes, long Rate,
    TransferStatus Status, long Started, long? Ended, IReadOnlyList<SourceView> Sources, ApiFault? Fault)
{
    /// <summary>What can be asked of it now: suspend, resume, stop.</summary>
    public IReadOnlyList<string> Offers { get; init; } = [];

    /// <summary>Whether the other side began it.</summary>
    public bool IsTheirs { get; init; }

    public static TransferView Of(TransferInfo info, string? job, Func<PeerShareException, ApiFault> explain) => new(
        info.Id, job, info.Direction, info.Name, info.LocalPath, info.Peer, info.Length, info.BytesTransferred + info.BytesReused,
        info.Duration > TimeSpan.Zero ? (long)(info.BytesTransferred / info.Duration.TotalSeconds) : 0,
        info.Status, info.StartTime.ToUnixTimeMilliseconds(), (info.StartTime + info.Duration).ToUnixTimeMilliseconds(),
        [.. info.Sources.Select(s => new SourceView(s.Peer, s.Bytes))],
        info.Error is { } error ? explain(error) : null);
}

/// <summary>One source of a file.</summary>
internal sealed record SourceView(string Peer, long Bytes);

/// <summary>Files that were ordered together.</summary>
internal sealed record JobView(
    string Id, TransferDirection Direction, long FilesKnown, long FilesDone, long FilesFailed, long BytesKnown, long BytesDone, bool IsEnded)
{
    /// <summary>Milliseconds since 1970.</summary>
    public long Started { get; init; }

    /// <summary>What each receiver of an order has got; empty for a fetch.</summary>
    public IReadOnlyList<ReceiverView> Receivers { get; init; } = [];
}

/// <summary>How one receiver takes an order.</summary>
/// <param name="Peer">Its name.</param>
/// <param name="IsAccepted">Whether it has taken, or is taking, any file.</param>
/// <param name="FilesDone">Files that it has.</param>
/// <param name="FilesFailed">Files that it did not get.</param>
/// <param name="Bytes">Bytes that it has.</param>
/// <param name="Fault">The first reason why it did not get one, or null.</param>
internal sealed record ReceiverView(string Peer, bool IsAccepted, long FilesDone, long FilesFailed, long Bytes, ApiFault? Fault);
