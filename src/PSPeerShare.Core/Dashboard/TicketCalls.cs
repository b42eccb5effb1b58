using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Dashboard;

/// <summary>Tickets and codes for peers to come.</summary>
internal sealed class TicketCalls(IDashboardNode node)
{
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(366);

    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "tickets", async (call, stop) => await call.AnswerAsync(new { tickets = TicketView.ListOf(await node.GetTicketsAsync(stop)) })),
        new("POST", "tickets", CreateAsync),
        new("DELETE", "tickets/*", RevokeAsync),
        new("POST", "codes", ShowCodeAsync),
    ];

    private async Task CreateAsync(ApiCall call, CancellationToken cancellationToken)
    {
        NewTicket asked = await call.ReadAsync<NewTicket>(DashboardLimits.BodyBytes);
        if (asked.Uses is < 1 or > ushort.MaxValue || !(asked.Hours > 0 && asked.Hours <= LongestLife.TotalHours))
        {
            throw ApiFaultException.Invalid("A ticket has 1 to 65535 uses and lasts up to 366 days.");
        }

        TicketInfo ticket = await node.NewTicketAsync(
            new TicketOptions
            {
                Allow = Rights.Parse(asked.Allow) ?? PeerRights.Browse | PeerRights.Read,
                Uses = asked.Uses,
                ExpiresIn = TimeSpan.FromHours(asked.Hours),
                Share = string.IsNullOrEmpty(asked.Share) ? null : asked.Share,
            },
            cancellationToken);

        // The one moment in which the text is known.
        await call.AnswerAsync(new { text = ticket.Ticket, ticket = TicketView.Of(ticket) }, 201);
    }

    private async Task ShowCodeAsync(ApiCall call, CancellationToken cancellationToken)
    {
        NewCode asked = await call.ReadAsync<NewCode>(DashboardLimits.BodyBytes);
        TicketInfo code = await node.CreateCodeAsync(
            new TicketOptions { Allow = Rights.Parse(asked.Allow) ?? PeerRights.Browse | PeerRights.Read }, cancellationToken);
        await call.AnswerAsync(new { code = code.Code, expires = code.Expires.ToUnixTimeMilliseconds() }, 201);
    }

    private async Task RevokeAsync(ApiCall call, CancellationToken cancellationToken)
    {
        await node.RevokeTicketAsync(call.Parameters[0], cancellationToken);
        await call.AnswerAsync(new { });
    }

    private sealed record NewCode(string[]? Allow = null);

    private sealed record NewTicket(string[]? Allow = null, int Uses = 1, double Hours = 24, string? Share = null);
}

/// <summary>A ticket or a code without its secret.</summary>
internal sealed record TicketView(
    string Id, string? Share, string? Path, IReadOnlyList<string> Allow, int Uses, int UsesLeft, long Created, long Expires, TicketState State, bool IsCode)
{
    public static IReadOnlyList<TicketView> ListOf(IReadOnlyList<TicketInfo> tickets) => [.. tickets.Select(Of)];

    public static TicketView Of(TicketInfo ticket) => new(
        ticket.Id, ticket.Share, ticket.Path, Rights.Names(ticket.Allow), ticket.Uses, ticket.UsesLeft,
        ticket.Created.ToUnixTimeMilliseconds(), ticket.Expires.ToUnixTimeMilliseconds(), ticket.State, ticket.IsCode);
}
