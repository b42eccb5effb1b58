namespace PSPeerShare.Core;

/// <summary>
/// The one exception that Core throws for a failure a user can act on.
/// </summary>
/// <remarks>
/// <see cref="Exception.Message"/> is for logs; cmdlets build their own text from <see cref="Error"/>,
/// <see cref="Target"/> and <see cref="Detail"/>. Nothing that came from a peer stands in them unescaped.
/// </remarks>
public sealed class PeerShareException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="error">What went wrong.</param>
    /// <param name="target">What the user named: a peer, a path, a port.</param>
    /// <param name="detail">Numbers or a reason that help to act on it.</param>
    /// <param name="innerException">What caused it.</param>
    public PeerShareException(PeerError error, string? target = null, string? detail = null, Exception? innerException = null)
        : base(Describe(error, target, detail), innerException)
    {
        Error = error;
        Target = target;
        Detail = detail;
    }

    /// <summary>What went wrong.</summary>
    public PeerError Error { get; }

    /// <summary>What the user named, if anything.</summary>
    public string? Target { get; }

    /// <summary>Numbers or a reason, if any.</summary>
    public string? Detail { get; }

    private static string Describe(PeerError error, string? target, string? detail)
    {
        string text = target is null ? error.ToString() : $"{error}: {target}";
        return detail is null ? text : $"{text} ({detail})";
    }
}
