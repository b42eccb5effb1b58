using PSPeerShare.Core.Discovery.Dns;
using PSPeerShare.Core.Node;

namespace PSPeerShare.Core.Discovery.Lan;

/// <summary>One node that was heard of, as far as it is known.</summary>
internal sealed class CachedInstance(DnsName name)
{
    /// <summary>More addresses of one node than this are not tried.</summary>
    private const int Addresses = 8;

    public DnsName Name { get; } = name;

    /// <summary>Its place in the cache's list.</summary>
    public int Place { get; set; }

    public TimeSpan Since { get; init; }

    public DateTimeOffset Heard { get; set; }

    public TimeSpan HeardAt { get; set; }

    public TimeSpan PointerEnds { get; set; }

    /// <summary>Until then nobody needs to repeat it.</summary>
    public TimeSpan PointerHalf { get; set; }

    public ushort Port { get; set; }

    public CachedHost? Host { get; set; }

    public TimeSpan ServiceEnds { get; set; }

    public DnsRecord? Text { get; set; }

    public TimeSpan TextEnds { get; set; }

    public LanProfile? Profile { get; set; }

    public bool IsKnown { get; set; }

    /// <summary>How often details were asked for in vain, and when to do so again.</summary>
    public int Asked { get; set; }

    public TimeSpan AskAgain { get; set; }

    /// <summary>Whether everything is known that it takes to reach it.</summary>
    public bool IsComplete(TimeSpan now) => Profile is not null && PointerEnds > now && TextEnds > now && ServiceEnds > now
        && Host?.Valid(now).Any() == true;

    public SeenPeer ToPeer(TimeSpan now) => new(
        Profile!.NodeId,
        Profile.Name,
        [.. Host!.Valid(now).Take(Addresses).Select(address => new System.Net.IPEndPoint(address, Port).ToString())],
        Profile.ProtocolVersion,
        Profile.IsPairingOpen,
        Heard) { IsHandOver = Profile.HandOver > 0 };
}
