namespace PSPeerShare.Core.Sessions;

/// <summary>Why a peer's catalog is listened to.</summary>
internal enum FollowedRole
{
    /// <summary>It was connected anyway.</summary>
    Met,

    /// <summary>It was dialled to stay.</summary>
    Standing,

    /// <summary>It was dialled for what it has now.</summary>
    Visited,
}
