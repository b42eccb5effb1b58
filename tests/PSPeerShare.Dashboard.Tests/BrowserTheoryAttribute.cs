namespace PSPeerShare.Dashboard.Tests;

/// <summary>A test with cases that needs a browser; without one they are counted as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute()
    {
        if (Chromium.Path is null)
        {
            Skip = "No chromium is installed.";
        }
    }
}
