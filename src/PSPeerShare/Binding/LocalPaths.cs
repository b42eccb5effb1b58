using System.Collections.ObjectModel;
using System.Management.Automation;
using Microsoft.PowerShell.Commands;
using PSPeerShare.Core;
using PSPeerShare.Errors;

namespace PSPeerShare.Binding;

/// <summary>
/// Turns what users type for local files into full paths, through the session: relative to its location, over its
/// drives, with its wildcards. Other providers are refused.
/// </summary>
internal static class LocalPaths
{
    /// <summary>Full paths of existing files and folders.</summary>
    /// <param name="command">Whose session is asked.</param>
    /// <param name="paths">As typed.</param>
    /// <param name="isLiteral">Whether wildcards are ordinary characters.</param>
    /// <param name="onError">Takes the error of each path that cannot be used.</param>
    internal static IEnumerable<string> Resolve(
        PSCmdlet command, IEnumerable<string> paths, bool isLiteral, Action<ErrorRecord> onError)
    {
        foreach (string path in paths)
        {
            IReadOnlyList<string> found;
            try
            {
                found = isLiteral ? [ExistingPath(command, path)] : Expand(command, path);
            }
            catch (PeerShareException failure)
            {
                onError(ErrorRecords.Create(failure, path));
                continue;
            }

            foreach (string full in found)
            {
                yield return full;
            }
        }
    }

    /// <summary>The full path that a text names, whether or not anything is there.</summary>
    internal static string FullPath(PSCmdlet command, string path)
    {
        try
        {
            string full = command.SessionState.Path.GetUnresolvedProviderPathFromPSPath(
                path, out ProviderInfo provider, out _);
            RequireFileSystem(provider, path);
            return Path.GetFullPath(full);
        }
        catch (Exception exception) when (IsPathFailure(exception))
        {
            throw new PeerShareException(PeerError.PathNotFound, path, exception.Message, exception);
        }
    }

    /// <summary>The full path of the session's location in the file system.</summary>
    internal static string CurrentFolder(PSCmdlet command) => command.SessionState.Path.CurrentFileSystemLocation.ProviderPath;

    /// <summary>Whether a text can only mean a folder.</summary>
    internal static bool EndsInSeparator(string path) =>
        path.Length > 0 && (path[^1] == Path.DirectorySeparatorChar || path[^1] == Path.AltDirectorySeparatorChar || path[^1] == '/');

    private static string ExistingPath(PSCmdlet command, string path)
    {
        string full = FullPath(command, path);
        return Path.Exists(full) ? full : throw new PeerShareException(PeerError.PathNotFound, path);
    }

    private static Collection<string> Expand(PSCmdlet command, string path)
    {
        try
        {
            Collection<string> found = command.SessionState.Path.GetResolvedProviderPathFromPSPath(path, out ProviderInfo provider);
            RequireFileSystem(provider, path);
            return found.Count > 0 ? found : throw new PeerShareException(PeerError.PathNotFound, path);
        }
        catch (Exception exception) when (IsPathFailure(exception))
        {
            throw new PeerShareException(PeerError.PathNotFound, path, null, exception);
        }
    }

    private static bool IsPathFailure(Exception exception) =>
        exception is SessionStateException or ProviderInvocationException or PSArgumentException
            or PSInvalidOperationException or IOException or UnauthorizedAccessException or NotSupportedException;

    private static void RequireFileSystem(ProviderInfo provider, string path)
    {
        if (provider.ImplementingType != typeof(FileSystemProvider))
        {
            throw new PeerShareException(PeerError.PathNotFileSystem, path, provider.Name);
        }
    }
}
