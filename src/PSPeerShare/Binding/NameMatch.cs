using System.Management.Automation;
using PSPeerShare.Core;
using PSPeerShare.Errors;

namespace PSPeerShare.Binding;

/// <summary>Which items the names of a <c>-Name</c> or <c>-Id</c> parameter mean, as PowerShell users expect.</summary>
internal static class NameMatch
{
    /// <summary>
    /// Each item once, in the order of the names. A name without wildcards that means nothing is an error, a
    /// wildcard that matches nothing is not.
    /// </summary>
    internal static IEnumerable<T> Select<T>(
        IReadOnlyList<T> items,
        IReadOnlyList<string>? names,
        Func<T, string> nameOf,
        PeerError notFound,
        Action<ErrorRecord> onError)
        where T : class
    {
        if (names is null)
        {
            return items;
        }

        var selected = new List<T>();
        foreach (string name in names)
        {
            T[] found = Find(items, name, nameOf);
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                onError(ErrorRecords.Create(notFound, name));
            }

            selected.AddRange(found.Where(item => !selected.Contains(item)));
        }

        return selected;
    }

    private static T[] Find<T>(IReadOnlyList<T> items, string name, Func<T, string> nameOf)
    {
        // A name that holds brackets finds itself first.
        T[] exact = [.. items.Where(item => string.Equals(nameOf(item), name, StringComparison.OrdinalIgnoreCase))];
        if (exact.Length > 0)
        {
            return exact;
        }

        WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        return [.. items.Where(item => pattern.IsMatch(nameOf(item)))];
    }
}
