using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

/// <summary>What all connections of a node share.</summary>
internal sealed record ConnectionOptions
{
    public EventLog Log { get; init; } = EventLog.Null;

    /// <summary>Of these, only the connections are counted here.</summary>
    public TransferCounters Counters { get; init; } = new();

    /// <summary>The node's budget of receive windows; one object for its listener and its dialler.</summary>
    public WindowBudget NodeWindow { get; init; } = new(Limits.NodeWindowBytes);

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Keeps an eye on all of them.</summary>
    public ConnectionWatch Watch => LazyInitializer.EnsureInitialized(ref _watch, () => new ConnectionWatch(Clock));

    private ConnectionWatch? _watch;
}
