using System.Security.Cryptography;
using System.Text;

namespace PSPeerShare.Core.Dashboard;

/// <summary>
/// Codes that let one page in, and the tokens of the pages that are in. It keeps hashes only, so that looking one up
/// takes the same time whatever is asked for.
/// </summary>
/// <remarks>Any thread.</remarks>
internal sealed class AccessKeys(TimeProvider clock)
{
    private const int SecretBytes = 32;

    private readonly Lock _gate = new();
    private readonly List<(string Hash, DateTimeOffset Expires)> _codes = [];
    private readonly List<string> _tokens = [];

    /// <summary>Makes a code.</summary>
    public (string Code, DateTimeOffset Expires) NewCode()
    {
        string code = NewSecret();
        DateTimeOffset expires = clock.GetUtcNow() + DashboardLimits.CodeLifetime;
        lock (_gate)
        {
            Append(_codes, (HashOf(code), expires), DashboardLimits.Codes);
        }

        return (code, expires);
    }

    /// <summary>Takes a code and gives a token; nothing for a code that is unknown, used or too old.</summary>
    public string? Exchange(string code)
    {
        string hash = HashOf(code);
        lock (_gate)
        {
            DateTimeOffset now = clock.GetUtcNow();
            if (_codes.RemoveAll(c => c.Hash == hash && c.Expires > now) == 0)
            {
                return null;
            }

            string token = NewSecret();
            Append(_tokens, HashOf(token), DashboardLimits.Tokens);
            return token;
        }
    }

    /// <summary>Whether a page with this token is let in.</summary>
    public bool IsToken(string token)
    {
        string hash = HashOf(token);
        lock (_gate)
        {
            return _tokens.Contains(hash);
        }
    }

    private static void Append<T>(List<T> list, T item, int most)
    {
        if (list.Count == most)
        {
            list.RemoveAt(0);
        }

        list.Add(item);
    }

    private static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));

    private static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
