namespace PSPeerShare.Core.Protocol;

/// <summary>What a connection is for; decided by its ALPN name.</summary>
internal enum SessionKind
{
    /// <summary><see cref="Alpn.Main"/>: between nodes that trust each other.</summary>
    Main,

    /// <summary><see cref="Alpn.Pair"/>: redeeming a ticket or pairing by code, by those who are not trusted yet.</summary>
    Pair,
}
