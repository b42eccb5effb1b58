using System.Net;

namespace PSPeerShare.Core.Dashboard;

/// <summary>What the guard looks at before anything else of a request is believed.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Target">The raw request target.</param>
/// <param name="Remote">Where it came from.</param>
/// <param name="Host">The Host header.</param>
/// <param name="Origin">The Origin header, if there is one.</param>
/// <param name="FetchSite">The Sec-Fetch-Site header, if there is one.</param>
/// <param name="FetchMode">The Sec-Fetch-Mode header, if there is one.</param>
/// <param name="Authorization">The Authorization header, if there is one.</param>
internal sealed record RequestFacts(
    string Method, string Target, IPAddress? Remote, string? Host, string? Origin, string? FetchSite, string? FetchMode, string? Authorization);
