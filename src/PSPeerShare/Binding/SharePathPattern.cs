using System.Management.Automation;

namespace PSPeerShare.Binding;

/// <summary>A share path as typed for <c>Get-PeerFile -Path</c>, and how much of it is kept below the destination.</summary>
internal sealed class SharePathPattern
{
    private readonly int leadingSegments;

    internal SharePathPattern(string text, bool isRecursive)
    {
        Text = text.Replace('\\', '/').Trim('/');
        string[] segments = Text.Split('/', StringSplitOptions.RemoveEmptyEntries);
        int literal = segments.TakeWhile(static segment => !WildcardPattern.ContainsWildcardCharacters(segment)).Count();
        HasWildcard = literal < segments.Length;

        // Without a wildcard and without -Recurse the last segment is the file itself.
        leadingSegments = HasWildcard || isRecursive ? literal : Math.Max(0, segments.Length - 1);
    }

    /// <summary>With <c>/</c> between segments.</summary>
    internal string Text { get; }

    internal bool HasWildcard { get; }

    /// <summary>How many leading segments of a match are not kept; its name always is.</summary>
    internal int LeadingSegmentsOf(string sharePath) => Math.Min(leadingSegments, sharePath.Count(static c => c == '/'));
}
