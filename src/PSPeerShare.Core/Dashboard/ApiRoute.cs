namespace PSPeerShare.Core.Dashboard;

/// <summary>Answers one call.</summary>
internal delegate Task ApiHandler(ApiCall call, CancellationToken cancellationToken);

/// <summary>Which calls a handler answers.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Pattern">Segments below <c>/api/</c>; <c>*</c> stands for any one.</param>
/// <param name="Handler">Who answers.</param>
internal sealed record ApiRoute(string Method, string Pattern, ApiHandler Handler)
{
    private readonly string[] _segments = Pattern.Split('/');

    /// <summary>What the placeholders stand for; null when the path is another's.</summary>
    public List<string>? Match(string[] path)
    {
        if (path.Length != _segments.Length)
        {
            return null;
        }

        List<string> parameters = [];
        for (int i = 0; i < path.Length; i++)
        {
            if (_segments[i] == "*")
            {
                parameters.Add(Uri.UnescapeDataString(path[i]));
            }
            else if (_segments[i] != path[i])
            {
                return null;
            }
        }

        return parameters;
    }
}
