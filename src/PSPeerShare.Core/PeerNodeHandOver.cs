using PSPeerShare.Core.Hosting;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core;

/// <summary>Files that wait for whoever types their code. Disposing it withdraws them.</summary>
public sealed class PeerNodeHandOver : IAsyncDisposable
{
    private readonly HandOver _handOver;

    internal PeerNodeHandOver(HandOver handOver) => _handOver = handOver;

    /// <summary>The code, for the person at the other machine.</summary>
    public string Code => _handOver.Code;

    /// <summary>The TCP port to name with it.</summary>
    public int Port => _handOver.Port;

    /// <summary>Until when the code can be typed.</summary>
    public DateTimeOffset Expires => _handOver.Expires;

    /// <summary>
    /// What is not handed over, and why: <see cref="PeerError.PathNotFound"/>, <see cref="PeerError.PathNotReadable"/> or
    /// <see cref="PeerError.NameRefused"/> for a path, <see cref="PeerError.EntriesLeftOut"/> for a folder that has more.
    /// </summary>
    public IReadOnlyList<PeerShareException> LeftOut => _handOver.LeftOut;

    /// <summary>Whether nothing can be handed over; then nobody is waited for.</summary>
    public bool IsEmpty => _handOver.IsEmpty;

    /// <summary>Waits until the other side has all that it can get. What it was not given of the offer is failed.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.HandOverFailed"/>.</exception>
    public Task<IReadOnlyList<TransferInfo>> WaitAsync(CancellationToken cancellationToken) => _handOver.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _handOver.DisposeAsync();
}
