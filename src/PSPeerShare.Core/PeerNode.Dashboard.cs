using PSPeerShare.Core.Dashboard;

namespace PSPeerShare.Core;

// A page for those who would rather look than type.
public sealed partial class PeerNode : IDashboardNode
{
    private readonly List<(DashboardOptions Options, DashboardServer Server)> _dashboards = [];

    /// <summary>
    /// Opens a page for this home in this process, or gives a new code for one that is open with the same options. It
    /// lasts until the process ends.
    /// </summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.PortInUse"/>; <see cref="PeerError.PathNotFound"/> or
    /// <see cref="PeerError.DestinationInvalid"/> for a folder that is none.</exception>
    public async Task<DashboardInfo> OpenDashboardAsync(DashboardOptions options, CancellationToken cancellationToken)
    {
        foreach (string path in options.Roots)
        {
            Files.SafeRoot.Open(path).Dispose();
        }

        IReadOnlyList<FolderRoot> roots = await new FolderRoots(this, options.Roots).ListAsync(cancellationToken);
        lock (_dashboards)
        {
            DashboardServer? open = _dashboards
                .Find(d => (options.Port == 0 || d.Server.Port == options.Port) && d.Options.Roots.SequenceEqual(options.Roots, StringComparer.Ordinal))
                .Server;
            if (open is null)
            {
                open = DashboardServer.Start(this, options, Home, TimeProvider.System, _services.Log);
                _dashboards.Add((options, open));
            }

            return open.Invite([.. roots.Select(r => r.Path)]);
        }
    }

    /// <summary>
    /// Writes a file that leads a browser to a dashboard. Programs are given the file: what stands on their command line
    /// is visible to every user of the machine.
    /// </summary>
    /// <returns>The file's path. It is readable by its owner only.</returns>
    public string WriteDashboardLink(DashboardInfo dashboard)
    {
        string path = Path.Combine(Home, "dashboard.html");
        using FileStream file = new(path, OwnerOnly.FileOptions(FileMode.Create, FileAccess.Write, FileShare.None));
        file.Write(System.Text.Encoding.ASCII.GetBytes($"<!doctype html><title>PSPeerShare</title><meta http-equiv=\"refresh\" content=\"0; url={dashboard.Url}\">"));
        return path;
    }

    Traffic IDashboardNode.GetTraffic(Node.ServerInfo? server)
    {
        Traffic here = new(_services.Counters.BytesSent, _services.Counters.BytesReceived);
        return _services.Serving is null && server is not null
            ? new Traffic(here.Sent + server.BytesSent, here.Received + server.BytesReceived)
            : here;
    }

    Transfer.ITransferListing IDashboardNode.WatchTransfers(int limit) => _services.Transfers.Watch(limit);

    private async Task CloseDashboardsAsync()
    {
        DashboardServer[] open;
        lock (_dashboards)
        {
            open = [.. _dashboards.Select(d => d.Server)];
            _dashboards.Clear();
        }

        foreach (DashboardServer dashboard in open)
        {
            await dashboard.DisposeAsync();
        }
    }
}
