using PSPeerShare.Core.Diagnostics;

namespace PSPeerShare.Core.Dashboard;

/// <summary>The list of calls, and what a failure of the node is in HTTP.</summary>
internal sealed class DashboardApi : IAsyncDisposable
{
    private const string Prefix = "/api/";

    private readonly DashboardOptions _options;
    private readonly ApiRoute[] _routes;
    private readonly TransferLedger _ledger;
    private readonly UploadDesk _uploads;
    private readonly NodeWatch _watch;

    public DashboardApi(IDashboardNode node, DashboardOptions options, string home)
    {
        _options = options;
        _ledger = new TransferLedger(FaultOf);
        _uploads = new UploadDesk(home);
        ServerGlance glance = new(node);
        _watch = new NodeWatch(node, glance);
        FolderRoots roots = new(node, options.Roots);
        TransferOverview overview = new(node, glance, _ledger, FaultOf);
        EventStreams events = new(node, glance, roots, _ledger, overview, _watch, FaultOf);
        _routes =
        [
            .. new NodeCalls(node, roots, FaultOf).Routes,
            .. new PeerCalls(node, FaultOf).Routes,
            .. new TicketCalls(node).Routes,
            .. new HandOverCalls(node).Routes,
            .. new ShareCalls(node, roots).Routes,
            .. new FolderCalls(roots, node).Routes,
            .. new SearchCalls(node, FaultOf).Routes,
            .. new SendingCalls(node, roots, _uploads, _ledger).Routes,
            .. new TransferCalls(node, _ledger, overview).Routes,
            new("GET", "events", events.StreamAsync),
        ];
    }

    /// <summary>Answers a call of the list.</summary>
    public Task AnswerAsync(ApiCall call, CancellationToken cancellationToken) => AnswerAsync(call, RouteAsync, cancellationToken);

    /// <summary>Answers a call and turns what goes wrong into an answer.</summary>
    public async Task AnswerAsync(ApiCall call, ApiHandler handler, CancellationToken cancellationToken)
    {
        try
        {
            await handler(call, cancellationToken);
        }
        catch (ApiFaultException e)
        {
            await call.RefuseAsync(e.Fault);
        }
        catch (PeerShareException e)
        {
            await call.RefuseAsync(FaultOf(e));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _watch.DisposeAsync();
        await _ledger.DisposeAsync();
        _uploads.Dispose();
    }

    private async Task RouteAsync(ApiCall call, CancellationToken cancellationToken)
    {
        string[] path = call.Path.StartsWith(Prefix, StringComparison.Ordinal) ? call.Path[Prefix.Length..].Split('/') : [];
        bool isKnown = false;
        foreach (ApiRoute route in _routes)
        {
            if (route.Match(path) is not { } parameters)
            {
                continue;
            }

            isKnown = true;
            if (route.Method == call.Method)
            {
                call.Parameters = parameters;
                await route.Handler(call, cancellationToken);
                return;
            }
        }

        throw isKnown
            ? new ApiFaultException(405, "MethodRefused", $"This does not take {Printable.Escape(call.Method, 20)}.")
            : new ApiFaultException(404, "NotFound", "There is no such call.");
    }

    private ApiFault FaultOf(PeerShareException e)
    {
        (string message, string? action) = _options.Explain?.Invoke(e) ?? (e.Message, null);
        return new ApiFault(StatusOf(e.Error), e.Error.ToString(), message, action);
    }

    private static int StatusOf(PeerError error) => error switch
    {
        PeerError.Unexpected => 500,
        PeerError.PeerNotFound or PeerError.ShareNotFound or PeerError.TicketNotFound or PeerError.TransferNotFound or PeerError.FileNotFound
            or PeerError.PathNotFound or PeerError.SharePathNotFound => 404,
        PeerError.PeerExists or PeerError.ShareExists or PeerError.DestinationExists => 409,
        PeerError.ServerNotRunning or PeerError.ServerNotAnswering or PeerError.PeerUnreachable or PeerError.ConnectTimeout => 503,
        PeerError.DestinationFull => 507,
        _ => 400,
    };
}
