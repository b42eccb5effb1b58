namespace PSPeerShare.Core.Trust;

/// <summary>What a code is for. It is part of what both sides confirm, so a code for one thing is none for another.</summary>
internal enum PairingPurpose
{
    /// <summary>Both nodes trust each other from then on.</summary>
    Trust = 1,

    /// <summary>The holder of the code gets certain files, once.</summary>
    HandOver = 2,
}
