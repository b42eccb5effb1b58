using System.Diagnostics;
using System.Text.Json;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Dashboard;

/// <summary>
/// Tells pages what changed, four times a second at most, and nothing twice. What only moves on is told twice a second:
/// each time that a page is told something it draws, and drawing takes from the machine that the files move through.
/// </summary>
internal sealed class EventStreams(
    IDashboardNode node,
    ServerGlance glance,
    FolderRoots roots,
    TransferLedger ledger,
    TransferOverview overview,
    NodeWatch watch,
    Func<PeerShareException, ApiFault> explain)
{
    // The slow things are read from the store, or from another process.
    private const int TicksPerLook = 4;
    private const int TicksPerProgress = 2;

    public async Task StreamAsync(ApiCall call, CancellationToken cancellationToken)
    {
        await using ApiStream stream = call.BeginStream("application/x-ndjson");
        Dictionary<string, byte[]> told = [];
        TransferDifference difference = new();
        long chartUntil = 0;
        long spoken = Stopwatch.GetTimestamp();
        using PeriodicTimer timer = new(DashboardLimits.Tick);
        for (int tick = 0; ; tick++)
        {
            if (tick % TicksPerLook == 0)
            {
                Tell(stream, told, "node", await NodeView.OfAsync(node, glance.LookAsync, roots, explain, cancellationToken));
                Tell(stream, told, "peers", PeerView.ListOf(node));
                Tell(stream, told, "tickets", TicketView.ListOf(await TicketsAsync(cancellationToken)));
                Tell(stream, told, "handOvers", HandOverView.ListOf(node));
                Tell(stream, told, "shares", await SharesAsync(cancellationToken));
                if (watch.After(chartUntil) is { Count: > 0 } points)
                {
                    stream.Write(new { traffic = points });
                    chartUntil = points[^1].Time;
                }
            }

            bool withProgress = tick % TicksPerProgress == 0;
            if (withProgress)
            {
                Tell(stream, told, "jobs", ledger.Jobs());
            }

            (IReadOnlyList<TransferView> running, IReadOnlyList<TransferView> ended) = await overview.LookAsync(cancellationToken);
            if (difference.Next(running, ended, withProgress) is { } changes)
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

    // The codes are the running node's.
    private async Task<IReadOnlyList<TicketInfo>> TicketsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await glance.LookAsync(cancellationToken) is null ? node.GetTickets() : await node.GetTicketsAsync(cancellationToken);
        }
        catch (PeerShareException)
        {
            return node.GetTickets();
        }
    }

    private async Task<IReadOnlyList<ShareView>> SharesAsync(CancellationToken cancellationToken)
    {
        try
        {
            ServerInfo? server = await glance.LookAsync(cancellationToken);
            return server is null ? await ShareView.ListAsync(node, cancellationToken) : ShareView.ListOf(node, server.Shares);
        }
        catch (PeerShareException)
        {
            // The node's own line says what is wrong.
            return [];
        }
    }

    private static void Tell(ApiStream stream, Dictionary<string, byte[]> told, string name, object value)
    {
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), ApiCall.Json);
        if (!told.TryGetValue(name, out byte[]? before) || !before.AsSpan().SequenceEqual(text))
        {
            told[name] = text;
            stream.Write(name, text);
        }
    }
}
