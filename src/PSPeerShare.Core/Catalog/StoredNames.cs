using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Catalog;

/// <summary>The names that are stored, as paths.</summary>
internal static class StoredNames
{
    /// <summary>The full share path; <see langword="null"/> for what no wire can carry.</summary>
    public static WirePath? ToWirePath(in StoredName name) =>
        WirePath.TryCreate([name.Share, .. Segments(name)], out WirePath? path, out _) ? path : null;

    /// <summary>The segments below the share.</summary>
    public static string[] Segments(in StoredName name) => [.. FolderSegments(name.Folder), name.Name];

    /// <summary>The segments of a folder below its share.</summary>
    public static string[] FolderSegments(string folder) => folder.Length == 0 ? [] : folder.Split('/');
}
