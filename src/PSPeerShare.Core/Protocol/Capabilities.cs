namespace PSPeerShare.Core.Protocol;

/// <summary>Names in HELLO of what not every node answers, for whoever looks before asking.</summary>
internal static class Capabilities
{
    /// <summary>Answers who-has.</summary>
    public const string WhoHas = "who-has";

    /// <summary>Announces its catalog to subscribers; only nodes that run say so.</summary>
    public const string Subscribe = "subscribe";

    /// <summary>Serves ranges of files, and the trees that prove them.</summary>
    public const string Ranges = "ranges";
}
