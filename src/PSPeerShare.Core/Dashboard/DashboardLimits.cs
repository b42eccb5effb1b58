namespace PSPeerShare.Core.Dashboard;

/// <summary>Every figure that bounds what a browser can cost the node.</summary>
internal static class DashboardLimits
{
    /// <summary>Requests answered at the same time; the event streams of ten pages leave room for the rest.</summary>
    public const int Requests = 64;

    /// <summary>The longest request target, path and query together.</summary>
    public const int TargetChars = 8 * 1024;

    /// <summary>The longest body that is read before a page is let in.</summary>
    public const int SignInBytes = 256;

    /// <summary>The longest JSON body of most calls.</summary>
    public const int BodyBytes = 64 * 1024;

    /// <summary>The longest JSON body of a call that lists files.</summary>
    public const int ListBytes = 8 * 1024 * 1024;

    /// <summary>Files that one call may name.</summary>
    public const int FilesPerCall = 10_000;

    /// <summary>Results that one search hands to the page.</summary>
    public const int SearchResults = 100_000;

    /// <summary>Entries of a folder that the picker shows.</summary>
    public const int FolderEntries = 5_000;

    /// <summary>Files of the inbox that are looked at to find the newest.</summary>
    public const int InboxEntries = 50_000;

    /// <summary>The newest files of the inbox that are shown.</summary>
    public const int InboxShown = 500;

    /// <summary>Strangers of the local network that are shown.</summary>
    public const int NearShown = 100;

    /// <summary>Ended transfers that are remembered.</summary>
    public const int EndedTransfers = 2_000;

    /// <summary>Ended orders of which the page shows how each receiver took them.</summary>
    public const int EndedJobs = 8;

    /// <summary>Files that were dropped into the page and wait for being sent.</summary>
    public const int Uploads = 1_000;

    /// <summary>Codes that are good at the same time.</summary>
    public const int Codes = 16;

    /// <summary>Pages that are let in at the same time; the one that was let in first has to go.</summary>
    public const int Tokens = 32;

    /// <summary>How long a code may wait for its browser.</summary>
    public static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(10);

    /// <summary>How long a request's body may take, and each piece of an upload.</summary>
    public static readonly TimeSpan BodyPatience = TimeSpan.FromSeconds(30);

    /// <summary>How long a page may leave a stream unread.</summary>
    public static readonly TimeSpan WritePatience = TimeSpan.FromSeconds(60);

    /// <summary>How often a page is told what changed.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest silence of an event stream; a page that hears nothing for longer takes it for lost.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);
}
