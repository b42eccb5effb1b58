using System.Diagnostics;
using System.Text.Json;

namespace PSPeerShare.Core.Dashboard;

/// <summary>Tells pages what changed, four times a second at most, and nothing twice.</summary>
internal sealed class EventStreams(
    IDashboardNode node, FolderRoots roots, TransferLedger ledger, TransferOverview overview, NodeWatch watch, Func<PeerShareException, ApiFault> explain)
{
    // The slow things are read from the store, or from another process.
    private const int TicksPerLook = 4;

    public async Task StreamAsync(ApiCall call, CancellationToken cancellationToken)
    {
        await using ApiStream stream = call.BeginStream("application/x-ndjson");
        Dictionary<string, string> told = [];
        TransferDifference difference = new();
        long chartUntil = 0;
        long spoken = Stopwatch.GetTimestamp();
        using PeriodicTimer timer = new(DashboardLimits.Tick);
        for (int tick = 0; ; tick++)
        {
            if (tick % TicksPerLook == 0)
            {
                Tell(stream, told, "node", await NodeView.OfAsync(node, roots, explain, cancellationToken));
                Tell(stream, told, "peers", PeerView.ListOf(node));
                Tell(stream, told, "tickets", TicketView.ListOf(node));
                Tell(stream, told, "shares", await SharesAsync(cancellationToken));
                if (watch.After(chartUntil) is { Count: > 0 } points)
                {
                    stream.Write(new { traffic = points });
                    chartUntil = points[^1].Time;
                }
            }

            Tell(stream, told, "jobs", ledger.Jobs());
            (IReadOnlyList<TransferView> running, IReadOnlyList<TransferView> ended) = await overview.LookAsync(cancellationToken);
            if (difference.Next(running, ended) is { } changes)
            {
                stream.Write(new { transfers = changes });
            }

            if (tick == 0)
            {
                stream.Write(new { ready = true });
            }
            else if (stream.Pending == 0 && Stopwatch.GetElapsedTime(spoken) > DashboardLimits.Heartbeat)
            {
                stream.Write(new { alive = true });
            }

            if (stream.Pending > 0)
            {
                await stream.FlushAsync();
                spoken = Stopwatch.GetTimestamp();
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private async Task<IReadOnlyList<ShareView>> SharesAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ShareView.ListAsync(node, cancellationToken);
        }
        catch (PeerShareException)
        {
            // The node's own line says what is wrong.
            return [];
        }
    }

    private static void Tell(ApiStream stream, Dictionary<string, string> told, string name, object value)
    {
        string text = JsonSerializer.Serialize(value, value.GetType(), ApiCall.Json);
        if (told.GetValueOrDefault(name) != text)
        {
            told[name] = text;
            stream.Write(new Dictionary<string, object> { [name] = value });
        }
    }
}
