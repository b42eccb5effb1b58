using System.Net;

namespace PSPeerShare.Core.Dashboard;

/// <summary>
/// Decides whether a request comes from the page that this process served to a browser of this machine. It knows
/// nothing of what is asked for.
/// </summary>
/// <remarks>
/// Any web site can make a browser send requests to 127.0.0.1, and can give a name of its own that address. What such
/// requests cannot have is this Host, this Origin and the token; each alone would do.
/// </remarks>
internal sealed class RequestGuard(int port, AccessKeys keys)
{
    private const string ApiPrefix = "/api/";
    private const string Scheme = "Bearer ";

    private readonly string _host = $"127.0.0.1:{port}";
    private readonly string _origin = $"http://127.0.0.1:{port}";

    /// <summary>The call that needs no token, since it brings the code for one.</summary>
    public const string SessionPath = "/api/session";

    /// <summary>Why the request is refused, or <see langword="null"/>.</summary>
    public ApiFault? Check(RequestFacts request)
    {
        if (request.Remote is null || !IPAddress.IsLoopback(request.Remote))
        {
            return new ApiFault(403, "AddressRefused", "The dashboard answers this machine only.");
        }

        if (!string.Equals(request.Host, _host, StringComparison.Ordinal))
        {
            return new ApiFault(403, "HostRefused", $"The dashboard is called {_host} and nothing else.");
        }

        if (request.Target.Length > DashboardLimits.TargetChars)
        {
            return new ApiFault(414, "TargetTooLong", "The request's address is too long.");
        }

        return CheckOrigin(request) ?? CheckToken(request);
    }

    /// <summary>The path of a request target, without the query.</summary>
    public static string PathOf(string target) => target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var end ? target[..end] : target;

    /// <summary>Whether a path belongs to the API.</summary>
    public static bool IsApi(string path) => path.StartsWith(ApiPrefix, StringComparison.OrdinalIgnoreCase);

    private ApiFault? CheckOrigin(RequestFacts request)
    {
        ApiFault refused = new(403, "OriginRefused", "The request does not come from the dashboard's own page.");
        bool isReading = request.Method is "GET" or "HEAD";
        if (request.Origin is null ? !isReading : !string.Equals(request.Origin, _origin, StringComparison.Ordinal))
        {
            return refused;
        }

        // The page may be opened from anywhere, by hand or by a file that leads here; it tells nothing until it has a
        // token. All else is the page's own.
        return request.FetchSite is null or "same-origin" || (request.FetchMode == "navigate" && !IsApi(PathOf(request.Target))) ? null : refused;
    }

    private ApiFault? CheckToken(RequestFacts request)
    {
        string path = PathOf(request.Target);
        if (!IsApi(path) || path == SessionPath)
        {
            return null;
        }

        string? token = request.Authorization is { } given && given.StartsWith(Scheme, StringComparison.Ordinal) ? given[Scheme.Length..] : null;
        return token is not null && keys.IsToken(token)
            ? null
            : new ApiFault(401, "NotSignedIn", "This page is not let in. Run Show-PeerDashboard and open the address that it gives.");
    }
}
