namespace PSPeerShare.Core.Protocol;

/// <summary>The ALPN names.</summary>
internal static class Alpn
{
    public const string Main = "pspeershare/1";

    public const string Pair = "pspeershare-pair/1";

    public static bool TryParse(string? name, out SessionKind kind)
    {
        kind = string.Equals(name, Pair, StringComparison.Ordinal) ? SessionKind.Pair : SessionKind.Main;
        return kind == SessionKind.Pair || string.Equals(name, Main, StringComparison.Ordinal);
    }
}
