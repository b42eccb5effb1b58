using Microsoft.Win32.SafeHandles;

namespace PSPeerShare.Core.Files.Native;

/// <summary>
/// Keeps a handle from closing while its value is in use: a number that was closed meanwhile may already be that of
/// another file.
/// </summary>
internal readonly ref struct HandleHold : IDisposable
{
    private readonly SafeFileHandle _handle;

    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public HandleHold(SafeFileHandle handle)
    {
        bool isHeld = false;
        handle.DangerousAddRef(ref isHeld);
        _handle = handle;
    }

    /// <summary>The handle of Windows.</summary>
    public nint Value => _handle.DangerousGetHandle();

    /// <summary>The descriptor of Unix.</summary>
    public int File => (int)_handle.DangerousGetHandle();

    public void Dispose() => _handle.DangerousRelease();
}
