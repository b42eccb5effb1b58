namespace PSPeerShare.Output;

/// <summary>A dashboard that is open in this process.</summary>
/// <remarks>Immutable. <see cref="Url"/> holds a code that lets one browser in, once: treat it as a password until it is used.</remarks>
public sealed class PeerDashboard
{
    internal PeerDashboard()
    {
    }

    /// <summary>The page's address, good for one browser and ten minutes.</summary>
    public string Url { get; internal init; } = "";

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public int Port { get; internal init; }

    /// <summary>What to run on another machine to open the page there.</summary>
    public string TunnelCommand { get; internal init; } = "";

    /// <summary>The folders that the file picker shows and saves to.</summary>
    public string[] Roots { get; internal init; } = [];

    /// <summary>Until when the address may be used, local time.</summary>
    public DateTime Expires { get; internal init; }

    /// <summary>Same as <see cref="Url"/>.</summary>
    public override string ToString() => Url;
}
