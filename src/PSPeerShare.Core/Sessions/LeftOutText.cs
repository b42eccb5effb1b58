using System.Globalization;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Sessions;

/// <summary>What the end of a listing says was left out of it, for people. It believes nothing but that there is something.</summary>
internal static class LeftOutText
{
    /// <summary>So many shares are named in the end of a listing.</summary>
    public const int MostPlaces = 8;

    private const int MostShown = 3;

    /// <summary>How much of which shares, with one folder each.</summary>
    public static string Explain(ListingEnd end)
    {
        List<string> parts = [];
        foreach (LeftOut place in end.Places.Take(MostPlaces))
        {
            if (place.Folder is { } folder && WirePath.TryFromWire(folder, out WirePath? name, out _))
            {
                parts.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{place.Entries} in the share {name.Share}{(name.Count > 1 ? $", for example in {name.ToPrintable()}" : "")}"));
            }
        }

        // A holder of an earlier version says only how much there is.
        return parts.Count == 0 ? string.Create(CultureInfo.InvariantCulture, $"{end.LeftOut}")
            : string.Join("; ", parts.Take(MostShown)) + (parts.Count > MostShown ? "; and in other shares" : "");
    }
}
