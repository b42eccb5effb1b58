using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Core;
using PSPeerShare.Core.Node;

namespace PSPeerShare.Completion;

/// <summary>
/// Offers a peer's share paths, a folder at a time, from what it has announced and what this session has found. It never
/// asks the peer, and never offers local files.
/// </summary>
public sealed class RemotePathCompleter : NameCompleter
{
    private const int Most = 200;

    // Somebody waits for each key.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private protected override IEnumerable<Candidate> Candidates(PeerNode node, Asked asked)
    {
        if (asked.Others?["Peer"] is not { } peer || asked.Typed.AsSpan().IndexOfAny("*?") >= 0)
        {
            return [];
        }

        PeerTarget target = node.ResolvePeer(TextOf(peer));
        using var limit = new CancellationTokenSource(Patience);
        Task<IReadOnlyList<string>> looking = Task.Run(() => node.StoredPaths(target, asked.Typed, Most, limit.Token));
        IReadOnlyList<string> stored = Task.WaitAny([looking], Patience) == 0 && looking.IsCompletedSuccessfully ? looking.Result : [];
        IReadOnlyList<string> seen = target.NodeId is { } id ? SeenPaths.Below(id.ToString(), asked.Typed) : [];
        return stored.Union(seen, StringComparer.Ordinal).Take(Most).Select(path => new Candidate(path, $"{target.Text}: {path}"));
    }

    // -Path takes wildcards: what looks like one in a name is escaped there, and not in -LiteralPath.
    private protected override string ToTyped(string parameter, string text) =>
        IsPattern(parameter) ? WildcardPattern.Unescape(text) : text;

    private protected override string ToArgument(string parameter, string text) =>
        IsPattern(parameter) ? WildcardPattern.Escape(text) : text;

    private static bool IsPattern(string parameter) => string.Equals(parameter, "Path", StringComparison.OrdinalIgnoreCase);

    private static string TextOf(object peer) => (peer is PSObject wrapped ? wrapped.BaseObject : peer) switch
    {
        Output.Peer known => new PeerArgument(known).Text,
        Output.PeerServer server => new PeerArgument(server).Text,
        PeerArgument argument => argument.Text,
        var other => other.ToString() ?? "",
    };
}
