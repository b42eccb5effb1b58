using Microsoft.Win32.SafeHandles;
namespace PSPeerShare.Core.Files;
internal static class WindowsSafeRoot
{
    public static SafeRoot OpenFolder(string path) => throw new PlatformNotSupportedException();
    public static FileFacts StatHandle(SafeFileHandle handle) => throw new PlatformNotSupportedException();
}
