using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Catalog;

/// <summary>What one peer may do with the shares. Asked at each use, so what ends holds at the next question.</summary>
internal interface IShareAccess
{
    /// <summary>Whether it may at this place of the share.</summary>
    bool May(ServedShare share, WirePath name);

    /// <summary>The places of the share to which it is limited, where it may not everywhere.</summary>
    IReadOnlyList<WirePath> PlacesIn(ServedShare share);
}
