using System.ComponentModel;
using System.Diagnostics;

namespace PSPeerShare.Binding;

/// <summary>Opens files with what the user's desktop opens pages with.</summary>
internal static class Browser
{
    /// <summary>Whether it could be started. Without a desktop nothing is tried: a browser of the terminal would take it over.</summary>
    internal static bool TryOpen(string file)
    {
        if (OperatingSystem.IsLinux()
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("DISPLAY"))
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("WAYLAND_DISPLAY")))
        {
            return false;
        }

        try
        {
            using Process? browser = Process.Start(new ProcessStartInfo(file) { UseShellExecute = true });
            return true;
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException or FileNotFoundException or PlatformNotSupportedException)
        {
            return false;
        }
    }
}
