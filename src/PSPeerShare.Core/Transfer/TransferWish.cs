namespace PSPeerShare.Core.Transfer;

/// <summary>What a user wants of a transfer that runs.</summary>
internal enum TransferWish
{
    /// <summary>That it goes on.</summary>
    None = 0,

    /// <summary>That it rests.</summary>
    Suspend = 1,

    /// <summary>That it ends.</summary>
    Stop = 2,
}
