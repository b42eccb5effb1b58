namespace PSPeerShare.Core.Dashboard;

/// <summary>How to open a dashboard.</summary>
public sealed record DashboardOptions
{
    /// <summary>The TCP port on 127.0.0.1; 0 takes any free one.</summary>
    public int Port { get; init; }

    /// <summary>Full paths of the folders that the file picker shows and saves to; none is the inbox, the shares and the user's downloads.</summary>
    public IReadOnlyList<string> Roots { get; init; } = [];

    /// <summary>The words for an error and what to do about it; the error's name when absent.</summary>
    public Func<PeerShareException, (string Message, string? Action)>? Explain { get; init; }
}

/// <summary>An open dashboard.</summary>
/// <param name="Url">The page with a code that lets one browser in, once.</param>
/// <param name="Port">The TCP port on 127.0.0.1.</param>
/// <param name="Roots">The folders that its file picker shows.</param>
/// <param name="CodeExpires">Until when the code in <paramref name="Url"/> may be used.</param>
public sealed record DashboardInfo(string Url, int Port, IReadOnlyList<string> Roots, DateTimeOffset CodeExpires);
