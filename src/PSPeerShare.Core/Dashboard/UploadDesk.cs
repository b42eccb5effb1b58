using System.Collections.Concurrent;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Dashboard;

/// <summary>Files that were dropped into a page: taken in, kept until they are sent, deleted.</summary>
/// <remarks>Any thread.</remarks>
internal sealed class UploadDesk(string home) : IDisposable
{
    private const int PieceBytes = 256 * 1024;

    private readonly ConcurrentDictionary<string, LocalFile> _waiting = [];
    private readonly Lazy<UploadFolder> _folder = new(() => UploadFolder.Open(home));

    /// <summary>Bytes that can still be taken in; null where the system does not say.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.HomeUnusable"/>.</exception>
    public long? FreeBytes => _folder.Value.FreeBytes;

    /// <summary>Takes a file in as it comes.</summary>
    /// <param name="call">The call whose body is the file.</param>
    /// <param name="name">The file's name, with <c>/</c> between the folders that were dropped with it.</param>
    /// <exception cref="PeerShareException"><see cref="PeerError.DestinationFull"/>, <see cref="PeerError.NameRefused"/>.</exception>
    public async Task<string> TakeAsync(ApiCall call, string name)
    {
        if (!WirePath.TryParse(name, out WirePath? path, out string why))
        {
            throw new ApiFaultException(400, nameof(PeerError.NameRefused), $"The file's name cannot be used: {why}");
        }

        long length = call.CheckedLength(long.MaxValue);
        if (_waiting.Count >= DashboardLimits.Uploads)
        {
            throw new ApiFaultException(429, "TooManyUploads", $"{DashboardLimits.Uploads} files wait for being sent already.");
        }

        using StagedFile staged = _folder.Value.Stage(length);
        await CopyAsync(call, staged, length);
        (string id, string full) = _folder.Value.Commit(staged, path.Name);
        _waiting[id] = new LocalFile(full, path.ToString(), length);
        return id;
    }

    /// <summary>Hands a file out to be sent; nobody else gets it.</summary>
    /// <exception cref="ApiFaultException">There is none.</exception>
    public LocalFile Claim(string id) => _waiting.TryRemove(id, out LocalFile? file)
        ? file
        : throw new ApiFaultException(404, "UploadNotFound", "This file is not here any more. Drop it into the page again.");

    /// <summary>Forgets a file that is not sent after all.</summary>
    public void Discard(string id)
    {
        if (_waiting.TryRemove(id, out _))
        {
            Delete(id);
        }
    }

    /// <summary>Deletes a file that was handed out.</summary>
    public void Delete(string id) => _folder.Value.Delete(id);

    public void Dispose()
    {
        if (_folder.IsValueCreated)
        {
            _folder.Value.Dispose();
        }
    }

    private static async Task CopyAsync(ApiCall call, StagedFile staged, long length)
    {
        byte[] piece = new byte[PieceBytes];
        for (long offset = 0; offset < length;)
        {
            int read;
            using (call.Watch(DashboardLimits.BodyPatience))
            {
                read = await call.Body.ReadAsync(piece.AsMemory(0, (int)Math.Min(PieceBytes, length - offset)));
            }

            if (read == 0)
            {
                throw new IOException("The page ended the upload.");
            }

            staged.Write(piece.AsSpan(0, read), offset);
            offset += read;
        }
    }
}
