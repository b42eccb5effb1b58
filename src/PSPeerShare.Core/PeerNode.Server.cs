using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Hosting;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core;

// The running node and what it shares.
public sealed partial class PeerNode
{
    /// <summary>Starts the home's node in this process.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.ServerAlreadyRunning"/>, <see cref="PeerError.PortInUse"/>,
    /// <see cref="PeerError.ListenAddressInvalid"/>, <see cref="PeerError.SharePathNotFound"/>, <see cref="PeerError.ShareExists"/>,
    /// <see cref="PeerError.ShareNameInvalid"/>, <see cref="PeerError.PeerNameInvalid"/> for its own name,
    /// <see cref="PeerError.DestinationInvalid"/> or <see cref="PeerError.DestinationNotWritable"/> for the inbox.</exception>
    public Task<ServerInfo> StartServerAsync(ServerOptions options, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                lock (_gate)
                {
                    return RunningServer.Start(_services, options).Describe();
                }
            },
            cancellationToken);

    /// <summary>The running node, or <see langword="null"/>.</summary>
    public Task<ServerInfo?> GetServerAsync(CancellationToken cancellationToken) => _control.DescribeAsync(cancellationToken);

    /// <summary>Stops the home's node, in whichever process it runs, and waits until it has ended.</summary>
    /// <param name="timeout">How long what runs may take to finish.</param>
    /// <param name="force">Cut what runs at once.</param>
    /// <param name="cancellationToken">Ends the waiting, not the stopping.</param>
    /// <exception cref="PeerShareException"><see cref="PeerError.ServerNotRunning"/>, <see cref="PeerError.ServerNotAnswering"/>.</exception>
    public async Task StopServerAsync(TimeSpan timeout, bool force, CancellationToken cancellationToken)
    {
        if (_services.Serving is { } here)
        {
            await here.StopAsync(timeout, force).WaitAsync(cancellationToken);
            return;
        }

        ControlStop stop = new() { TimeoutMs = (int)Math.Min(timeout.TotalMilliseconds, int.MaxValue), Force = force };
        if (await _control.AskAsync(new ControlRequest { Stop = stop }, cancellationToken) is null)
        {
            throw new PeerShareException(PeerError.ServerNotRunning, Home);
        }

        await WaitUntilGoneAsync(timeout, cancellationToken);
    }

    /// <summary>Waits until the node that runs in this process has ended.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.ServerNotRunning"/> when none runs here.</exception>
    public Task WaitForServerEndAsync(CancellationToken cancellationToken) => _services.Server is { } server
        ? server.Ended.WaitAsync(cancellationToken)
        : throw new PeerShareException(PeerError.ServerNotRunning, Home);

    /// <summary>What is served now; without a running node, what would be.</summary>
    public async Task<IReadOnlyList<ShareInfo>> GetSharesAsync(CancellationToken cancellationToken) =>
        await _control.DescribeAsync(cancellationToken) is { } running ? running.Shares : [.. _services.PersistentShares()];

    /// <summary>Adds a share that lasts, and serves it at once if the node runs.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.ShareExists"/>, <see cref="PeerError.ShareNameInvalid"/>,
    /// <see cref="PeerError.SharePathNotFound"/>.</exception>
    public async Task<ShareInfo> AddShareAsync(ShareOptions options, CancellationToken cancellationToken)
    {
        ShareInfo share = ShareRegistry.Describe(options, isPersistent: true);
        IReadOnlyList<ShareInfo> there = await GetSharesAsync(cancellationToken);
        ShareRow row = new(
            share.Name, share.Path, share.Peers?.Select(p => p.ToArray()).ToArray(), share.Exclude, DateTimeOffset.UtcNow);
        bool isFree = !there.Any(s => string.Equals(s.Name, share.Name, StringComparison.OrdinalIgnoreCase));
        if (isFree)
        {
            string who = share.Peers is { } only ? string.Join(", ", only.Select(static peer => peer.ShortId)) : "every peer";
            _services.Audit.Grant("share", null, null, share.Name, null, who);
        }

        if (!isFree || !_services.Store.Shares.Insert(row))
        {
            throw new PeerShareException(PeerError.ShareExists, share.Name);
        }

        _services.Log.ShareAdded(share.Name, share.Path);
        await _control.RefreshAsync(cancellationToken);
        return share;
    }

    /// <summary>Removes a share, of this run or lasting.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.ShareNotFound"/>.</exception>
    public async Task RemoveShareAsync(string name, CancellationToken cancellationToken)
    {
        if (_services.Store.Shares.Delete(name))
        {
            _services.Log.ShareRemoved(name);
            await _control.RefreshAsync(cancellationToken);
            return;
        }

        ControlRequest remove = new() { RemoveShare = new ControlRemoveShare { Name = name } };
        if (await _control.AskAsync(remove, cancellationToken) is null)
        {
            throw new PeerShareException(PeerError.ShareNotFound, name);
        }
    }

    private async Task WaitUntilGoneAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(timeout + TimeSpan.FromSeconds(10));
        try
        {
            while (_control.Find() is not null)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PeerShareException(PeerError.ServerNotAnswering, Home, "it did not stop in time");
        }
    }
}
