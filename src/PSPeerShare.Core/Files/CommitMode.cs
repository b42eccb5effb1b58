namespace PSPeerShare.Core.Files;

/// <summary>What a commit does when the name is taken. It is always the local user's choice, never a peer's.</summary>
internal enum CommitMode
{
    /// <summary>Fail with <see cref="PeerError.DestinationExists"/>.</summary>
    NoReplace,

    /// <summary>Replace a file or a link of that name; a folder is never replaced.</summary>
    Replace,

    /// <summary>Take the next free name: <c>name (2).ext</c>.</summary>
    NewName,
}
