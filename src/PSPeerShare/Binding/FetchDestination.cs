using System.Management.Automation;

namespace PSPeerShare.Binding;

/// <summary>Where fetched files go: into a folder, or one file under a name of its own.</summary>
internal sealed class FetchDestination
{
    private FetchDestination(string fullPath, bool isFolder)
    {
        FullPath = fullPath;
        IsFolder = isFolder;
    }

    internal string FullPath { get; }

    internal bool IsFolder { get; }

    /// <summary>Whether some of what is fetched may be there already.</summary>
    internal bool MayHoldSome => IsFolder ? Directory.Exists(FullPath) : File.Exists(FullPath);

    /// <param name="command">Whose location relative paths start from.</param>
    /// <param name="typed">What the user gave, or nothing for the current location.</param>
    /// <param name="mayBringSeveral">Whether the input can be more than one file, however many it turns out to be.</param>
    internal static FetchDestination Of(PSCmdlet command, string? typed, bool mayBringSeveral)
    {
        if (typed is null)
        {
            return new FetchDestination(LocalPaths.CurrentFolder(command), isFolder: true);
        }

        string full = LocalPaths.FullPath(command, typed);
        bool isFolder = mayBringSeveral || LocalPaths.EndsInSeparator(typed) || Directory.Exists(full);
        return new FetchDestination(full, isFolder);
    }
}
