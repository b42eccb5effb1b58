namespace PSPeerShare.Dashboard.Tests;

/// <summary>A test that needs a browser; without one it is counted as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Chromium.Path is null)
        {
            Skip = "No chromium is installed.";
        }
    }
}
