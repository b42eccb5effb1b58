using System.Text;

namespace PSPeerShare.Core.Catalog;

/// <summary>
/// A wildcard over a whole text, case-insensitive: <c>*</c> any run (also across <c>/</c>), <c>?</c> one character,
/// <c>[a-z]</c> one of a set, and a backtick takes the next character literally, as PowerShell's patterns do.
/// </summary>
/// <remarks>
/// Matching keeps one position to go back to, so its work is at most pattern × text whatever a peer sends.
/// A set without its closing bracket is literal text.
/// </remarks>
internal sealed class Wildcard
{
    private readonly Token[] _tokens;

    private Wildcard(string pattern, Token[] tokens)
    {
        Pattern = pattern;
        _tokens = tokens;
    }

    private enum TokenKind
    {
        Literal,
        AnyOne,
        AnyRun,
        Set,
    }

    public string Pattern { get; }

    /// <summary>Whether the text holds a character that is special in a pattern.</summary>
    public static bool HasSpecial(string text) => text.AsSpan().IndexOfAny("*?[`") >= 0;

    /// <summary>A pattern that matches exactly this text.</summary>
    public static string Escape(string text)
    {
        if (!HasSpecial(text))
        {
            return text;
        }

        return string.Concat(text.Select(c => c is '*' or '?' or '[' or ']' or '`' ? $"`{c}" : c.ToString()));
    }

    /// <summary>The text that a pattern without wildcards stands for, or <see langword="null"/> when it has some.</summary>
    public static string? Literal(string pattern)
    {
        Token[] tokens = Compile(pattern);
        return Array.TrueForAll(tokens, t => t.Kind == TokenKind.Literal)
            ? string.Concat(tokens.Select(t => t.Original))
            : null;
    }

    public static Wildcard Parse(string pattern) => new(pattern, Compile(pattern));

    /// <summary>The runs of plain text, in the case that names are compared in: each is somewhere in every text that matches.</summary>
    public IEnumerable<string> Runs()
    {
        StringBuilder run = new();
        foreach (Token token in _tokens)
        {
            // A character beyond the basic plane is two tokens, and half of one is no text.
            if (token.Kind == TokenKind.Literal && !char.IsSurrogate(token.Original))
            {
                run.Append(token.Folded);
            }
            else if (run.Length > 0)
            {
                yield return run.ToString();
                run.Clear();
            }
        }

        if (run.Length > 0)
        {
            yield return run.ToString();
        }
    }

    public bool IsMatch(ReadOnlySpan<char> text)
    {
        int token = 0, at = 0, runToken = -1, runAt = 0;
        while (at < text.Length)
        {
            if (token < _tokens.Length && _tokens[token].Kind == TokenKind.AnyRun)
            {
                runToken = ++token;
                runAt = at;
            }
            else if (token < _tokens.Length && _tokens[token].Accepts(text[at]))
            {
                token++;
                at++;
            }
            else if (runToken >= 0)
            {
                token = runToken;
                at = ++runAt;
            }
            else
            {
                return false;
            }
        }

        while (token < _tokens.Length && _tokens[token].Kind == TokenKind.AnyRun)
        {
            token++;
        }

        return token == _tokens.Length;
    }

    private static Token[] Compile(string pattern)
    {
        List<Token> tokens = [];
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            switch (c)
            {
                case '`' when i + 1 < pattern.Length:
                    tokens.Add(Token.ForLiteral(pattern[++i]));
                    break;
                case '*':
                    if (tokens.Count == 0 || tokens[^1].Kind != TokenKind.AnyRun)
                    {
                        tokens.Add(new Token(TokenKind.AnyRun, default, default, null));
                    }

                    break;
                case '?':
                    tokens.Add(new Token(TokenKind.AnyOne, default, default, null));
                    break;
                case '[' when pattern.IndexOf(']', Math.Min(i + 2, pattern.Length)) is var end and > 0:
                    tokens.Add(new Token(TokenKind.Set, default, default, Token.Fold(pattern[(i + 1)..end])));
                    i = end;
                    break;
                default:
                    tokens.Add(Token.ForLiteral(c));
                    break;
            }
        }

        return [.. tokens];
    }

    private readonly record struct Token(TokenKind Kind, char Folded, char Original, string? Set)
    {
        public static Token ForLiteral(char c) => new(TokenKind.Literal, char.ToUpperInvariant(c), c, null);

        public static string Fold(string text) => text.ToUpperInvariant();

        public bool Accepts(char c) => Kind switch
        {
            TokenKind.Literal => c == Original || char.ToUpperInvariant(c) == Folded,
            TokenKind.AnyOne => true,
            TokenKind.Set => InSet(char.ToUpperInvariant(c)),
            _ => false,
        };

        private bool InSet(char c)
        {
            string set = Set!;
            for (int i = 0; i < set.Length; i++)
            {
                if (i + 2 < set.Length && set[i + 1] == '-')
                {
                    if (c >= set[i] && c <= set[i + 2])
                    {
                        return true;
                    }

                    i += 2;
                }
                else if (c == set[i])
                {
                    return true;
                }
            }

            return false;
        }
    }
}
