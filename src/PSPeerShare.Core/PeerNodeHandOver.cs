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

    /// <summary>The folders of which not everything is handed over, and why; <see cref="PeerError.EntriesLeftOut"/>.</summary>
    public IReadOnlyList<PeerShareException> LeftOut => _handOver.LeftOut;

    /// <summary>Waits until the other side has everything. What it was not given of the offer is failed.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.HandOverFailed"/>.</exception>
    public Task<IReadOnlyList<TransferInfo>> WaitAsync(CancellationToken cancellationToken) => _handOver.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _handOver.DisposeAsync();
}
