using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transfer;

/// <summary>To whom files are sent and how.</summary>
public sealed record PushOptions
{
    /// <summary>Who receives them.</summary>
    public required IReadOnlyList<PeerTarget> Peers { get; init; }

    /// <summary>A folder inside this node's folder of each inbox, with <c>/</c> between names; empty is that folder itself.</summary>
    public string Destination { get; init; } = "";

    /// <summary>How long to try to reach a peer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Peers served at the same time, 1 to 64.</summary>
    public int ThrottleLimit { get; init; } = 4;

    /// <summary>The most that is sent to all peers together, in bytes per second; <see langword="null"/> is no limit.</summary>
    public long? RateLimit { get; init; }

    /// <summary>Called with one line a step, from any thread.</summary>
    public Action<string>? OnStep { get; init; }

    /// <summary>The <see cref="Destination"/> that a user's text means, with slashes of either kind.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.DestinationInvalid"/>: it cannot lie inside an inbox.</exception>
    public static string ParseDestination(string text)
    {
        string folder = text.Replace('\\', '/').Trim('/');
        return folder.Length == 0 || WirePath.TryParse(folder, out _, out string why)
            ? folder
            : throw new PeerShareException(PeerError.DestinationInvalid, text, why);
    }
}
