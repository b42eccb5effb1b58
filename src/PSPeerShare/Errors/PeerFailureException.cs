namespace PSPeerShare.Errors;

/// <summary>A failure as scripts see it: the exception of every error record of this module.</summary>
public sealed class PeerFailureException : Exception
{
    internal PeerFailureException(string errorId, string message, string? target, string? detail, Exception? inner)
        : base(message, inner)
    {
        ErrorId = errorId;
        Target = target;
        Detail = detail;
    }

    /// <summary>The stable id; docs/errors.md has an entry for it.</summary>
    public string ErrorId { get; }

    /// <summary>What the user named: a peer, a path, a port.</summary>
    public string? Target { get; }

    /// <summary>Numbers or a reason, if any.</summary>
    public string? Detail { get; }
}
