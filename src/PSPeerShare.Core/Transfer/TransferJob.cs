using System.Threading.Channels;

namespace PSPeerShare.Core.Transfer;

/// <summary>Many files in one go, whatever they are; results come as they end.</summary>
public abstract class TransferJob : IAsyncDisposable
{
    /// <summary>Every file that ended, well or not. Completes after <see cref="Complete"/> when all have.</summary>
    public abstract ChannelReader<TransferInfo> Results { get; }

    /// <summary>Says that no more files come.</summary>
    public abstract void Complete();

    /// <summary>How far the job is now.</summary>
    public abstract TransferSample Sample();

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
