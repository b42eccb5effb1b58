using PSPeerShare.Core.Tests.Files;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>A test that mounts a small file system of its own; where that is not allowed it is counted as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MountFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> IsAllowed = new(TryMount);

    public MountFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || !IsAllowed.Value)
        {
            Skip = "mounting is not allowed on this machine";
        }
    }

    private static bool TryMount()
    {
        using TempFolder folder = new();
        bool isMounted = RawNames.TryMount(folder.Path, "size=64k");
        if (isMounted)
        {
            RawNames.Unmount(folder.Path);
        }

        return isMounted;
    }
}
