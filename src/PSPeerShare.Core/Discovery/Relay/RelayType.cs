namespace PSPeerShare.Core.Discovery.Relay;

/// <summary>The messages of the relay protocol.</summary>
internal enum RelayType
{
    Ping = 0,
    Pong = 1,
    JoinRelay = 2,
    JoinSession = 3,
    Response = 4,
    Connect = 5,
    Invitation = 6,
    Full = 7,
}
