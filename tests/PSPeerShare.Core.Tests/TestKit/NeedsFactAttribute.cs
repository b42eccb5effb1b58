namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>A test that needs programs which not every machine has; without them it is counted as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsFactAttribute : FactAttribute
{
    public NeedsFactAttribute(params string[] programs)
    {
        string[] missing = [.. programs.Where(program => !IsThere(program))];
        if (missing.Length > 0)
        {
            Skip = $"not on this machine: {string.Join(", ", missing)}";
        }
    }

    private static bool IsThere(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Concat(["/usr/sbin", "/sbin"])
        .Any(folder => File.Exists(Path.Combine(folder, program)));
}
