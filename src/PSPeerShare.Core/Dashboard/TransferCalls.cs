namespace PSPeerShare.Core.Dashboard;

/// <summary>Transfers that run and that ended.</summary>
internal sealed class TransferCalls(IDashboardNode node, TransferLedger ledger, TransferOverview overview)
{
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "transfers", ListAsync),
        new("DELETE", "transfers", ClearAsync),
        new("POST", "transfers/*/suspend", (call, stop) => AskAsync(call, node.SuspendTransferAsync, stop)),
        new("POST", "transfers/*/resume", (call, stop) => AskAsync(call, node.ResumeTransferAsync, stop)),
        new("POST", "transfers/*/stop", (call, stop) => AskAsync(call, node.StopTransferAsync, stop)),
        new("POST", "jobs/*/stop", StopJobAsync),
    ];

    private async Task ListAsync(ApiCall call, CancellationToken cancellationToken)
    {
        (IReadOnlyList<TransferView> running, IReadOnlyList<TransferView> ended) = await overview.LookAsync(cancellationToken);
        await call.AnswerAsync(new { running, ended, jobs = ledger.Jobs() });
    }

    private Task ClearAsync(ApiCall call, CancellationToken cancellationToken)
    {
        ledger.Clear();
        return call.AnswerAsync(new { });
    }

    private async Task AskAsync(ApiCall call, Func<string, CancellationToken, Task> wish, CancellationToken cancellationToken)
    {
        await wish(call.Parameters[0], cancellationToken);
        overview.Forget();
        await call.AnswerAsync(new { });
    }

    private async Task StopJobAsync(ApiCall call, CancellationToken cancellationToken)
    {
        if (!await ledger.StopAsync(call.Parameters[0]))
        {
            throw new ApiFaultException(404, "JobNotFound", "It has ended already.");
        }

        await call.AnswerAsync(new { });
    }
}
