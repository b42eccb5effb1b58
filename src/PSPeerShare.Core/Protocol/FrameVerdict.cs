namespace PSPeerShare.Core.Protocol;

/// <summary>What becomes of a frame whose header was accepted.</summary>
internal enum FrameVerdict
{
    /// <summary>Read the payload and act on it.</summary>
    Deliver,

    /// <summary>Legal, but nobody wants it any more: skip the payload without keeping it.</summary>
    Discard,
}
