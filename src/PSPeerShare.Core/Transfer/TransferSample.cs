namespace PSPeerShare.Core.Transfer;

/// <summary>A running transfer at the moment of sampling.</summary>
/// <param name="Id">The transfer's id.</param>
/// <param name="Name">The file's name, as it has to be escaped for printing.</param>
/// <param name="Peer">The other side's name.</param>
/// <param name="Length">Bytes of the file.</param>
/// <param name="BytesDone">Bytes so far.</param>
public sealed record ActiveTransfer(string Id, string Name, string Peer, long Length, long BytesDone);

/// <summary>How far a job is; sampled by whoever shows it, so that showing costs the transfer nothing.</summary>
/// <param name="FilesKnown">Files given to the job so far.</param>
/// <param name="FilesDone">Files that ended, well or not.</param>
/// <param name="BytesKnown">Bytes of the files given to the job so far.</param>
/// <param name="BytesDone">Bytes done so far.</param>
/// <param name="Active">Files under way; small ones pass too quickly to be seen here.</param>
public sealed record TransferSample(
    long FilesKnown,
    long FilesDone,
    long BytesKnown,
    long BytesDone,
    IReadOnlyList<ActiveTransfer> Active);
