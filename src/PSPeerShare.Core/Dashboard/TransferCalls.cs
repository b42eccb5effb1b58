namespace PSPeerShare.Core.Dashboard;

/// <summary>Transfers that run and that ended.</summary>
internal sealed class TransferCalls(TransferLedger ledger)
{
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "transfers", (call, _) => call.AnswerAsync(new { running = ledger.Running(), ended = ledger.Ended(), jobs = ledger.Jobs() })),
        new("DELETE", "transfers", ClearAsync),
        new("POST", "jobs/*/stop", StopJobAsync),
    ];

    private Task ClearAsync(ApiCall call, CancellationToken cancellationToken)
    {
        ledger.Clear();
        return call.AnswerAsync(new { });
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
