using PSPeerShare.Core.Node;

namespace PSPeerShare.Core.Dashboard;

/// <summary>Files that wait for whoever types their code. Each code was shown once, in the session that waits.</summary>
internal sealed class HandOverCalls(IDashboardNode node)
{
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "handovers", (call, _) => call.AnswerAsync(new { handOvers = HandOverView.ListOf(node) })),
        new("DELETE", "handovers/*", WithdrawAsync),
    ];

    private Task WithdrawAsync(ApiCall call, CancellationToken cancellationToken)
    {
        node.WithdrawHandOver(call.Parameters[0]);
        return call.AnswerAsync(new { });
    }
}

/// <summary>A hand-over, as the page shows it.</summary>
internal sealed record HandOverView(string Id, string Name, long Files, long Bytes, int Port, long Created, long Expires, string? Receiver)
{
    public static IReadOnlyList<HandOverView> ListOf(IDashboardNode node) => [.. node.GetHandOvers().Select(Of)];

    private static HandOverView Of(HandOverInfo info) => new(
        info.Id, info.Name, info.Files, info.Bytes, info.Port, info.Created.ToUnixTimeMilliseconds(), info.Expires.ToUnixTimeMilliseconds(), info.Receiver);
}
