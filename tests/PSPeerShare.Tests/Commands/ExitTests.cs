using System.Management.Automation;
using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>
/// The four ways out of a command: its end, Ctrl+C, a later command that has enough, and the first error under
/// <c>-ErrorAction Stop</c>. In each the work has ended when the command returns.
/// </summary>
public sealed class ExitTests : IDisposable
{
    // At this rate the large file takes minutes: whatever ends within the patience was ended.
    private const string Slow = "-RateLimit 1MB";
    private const int LargeBytes = 256 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TwoNodes _nodes = new();

    public ExitTests()
    {
        _nodes.Share("small.txt", "small");
        using FileStream large = File.Create(Path.Combine(_nodes.Shared, "zlarge.bin"));
        large.SetLength(LargeBytes);
        _nodes.Engine.Run("Import-Module -Assembly $assembly", ("assembly", typeof(SelectFirstCommand).Assembly));
    }

    public void Dispose() => _nodes.Dispose();

    [Fact]
    public void At_its_end_everything_asked_for_is_there_and_nothing_else()
    {
        TwoNodes.Ok(_nodes.OnLaptop("Find-PeerFile small.txt | Get-PeerFile -Destination $to"));

        Assert.Equal(["small.txt"], Visible());
        AssertNothingIsLeftOpen();
    }

    [Fact]
    public async Task Ctrl_C_ends_a_fetch_and_leaves_nothing_under_the_final_name()
    {
        (PowerShell shell, Task<PSDataCollection<PSObject>> finished) = _nodes.StartOnLaptop(
            $"Find-PeerFile zlarge.bin | Get-PeerFile -Destination $to {Slow}");
        using (shell)
        {
            await WaitUntilAsync(() => HasBegun(_nodes.Fetched));
            await StopAsync(shell);
            await Assert.ThrowsAnyAsync<RuntimeException>(() => finished.WaitAsync(Patience));
        }

        Assert.Empty(Visible());
        AssertNothingIsLeftOpen();
    }

    [Fact]
    public async Task Ctrl_C_ends_a_push_and_leaves_nothing_under_the_final_name()
    {
        _nodes.Engine.Run("$large = $file", ("file", Path.Combine(_nodes.Shared, "zlarge.bin")));
        (PowerShell shell, Task<PSDataCollection<PSObject>> finished) = _nodes.StartOnLaptop(
            $"Send-PeerFile -LiteralPath $large -Peer nas {Slow}");
        using (shell)
        {
            await WaitUntilAsync(() => HasBegun(_nodes.Inbox));
            await StopAsync(shell);
            await Assert.ThrowsAnyAsync<RuntimeException>(() => finished.WaitAsync(Patience));
        }

        await WaitUntilAsync(() => !OperatingSystem.IsLinux() || !IsAnyOpenBelow(_nodes.Inbox));
        Assert.Empty(Directory.EnumerateFiles(_nodes.Inbox, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_later_command_that_has_enough_ends_the_fetch()
    {
        EngineResult result = RunBounded(
            $"Find-PeerFile small.txt, zlarge.bin | Get-PeerFile -Destination $to {Slow} -ThrottleLimit 4 | Select-FirstOne");

        Assert.Equal("small.txt", Assert.Single(result.Output).Properties["Name"].Value);
        Assert.Empty(result.Errors);
        Assert.Equal(["small.txt"], Visible());
        AssertNothingIsLeftOpen();
    }

    [Fact]
    public void A_later_command_that_has_enough_ends_the_search()
    {
        for (int i = 0; i < 500; i++)
        {
            _nodes.Share($"many/{i}.txt", "x");
        }

        EngineResult result = RunBounded("Find-PeerFile | Select-FirstOne");

        Assert.Single(result.Output);
        Assert.Empty(result.Errors);

        // The session that the search used still answers.
        Assert.Equal(502, TwoNodes.Ok(_nodes.OnLaptop("Find-PeerFile")).Output.Count);
    }

    [Fact]
    public void Under_ErrorAction_Stop_the_first_failure_ends_what_is_still_running()
    {
        Directory.CreateDirectory(_nodes.Fetched);
        File.WriteAllText(Path.Combine(_nodes.Fetched, "small.txt"), "other");

        EngineResult result = RunBounded(
            $"Find-PeerFile small.txt, zlarge.bin | Get-PeerFile -Destination $to {Slow} -ErrorAction Stop; 'went on'");

        Assert.StartsWith("DestinationExists", result.Terminating!.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(result.Output);
        Assert.Equal(["small.txt"], Visible());
        AssertNothingIsLeftOpen();
    }

    [Fact]
    public void An_earlier_command_that_fails_ends_the_fetch_that_it_fed()
    {
        EngineResult result = RunBounded(
            $"& {{ Find-PeerFile zlarge.bin; throw 'source failed' }} | Get-PeerFile -Destination $to {Slow}");

        Assert.Equal("source failed", result.Terminating!.ToString());
        Assert.Empty(Visible());
        AssertNothingIsLeftOpen();
    }

    [Fact]
    public void The_command_can_be_used_again_after_each_early_end()
    {
        RunBounded($"Find-PeerFile small.txt, zlarge.bin | Get-PeerFile -Destination $to {Slow} | Select-FirstOne");

        EngineResult again = TwoNodes.Ok(_nodes.OnLaptop("Find-PeerFile small.txt | Get-PeerFile -Destination $to"));

        Assert.Equal("Unchanged", Assert.Single(again.Output).Properties["Status"].Value.ToString());
    }

    private EngineResult RunBounded(string script)
    {
        Task<EngineResult> run = Task.Run(() => _nodes.OnLaptop(script));
        Assert.True(run.Wait(Patience), "the pipeline did not end");
        return run.Result;
    }

    private static async Task StopAsync(PowerShell shell) => await Task.Run(shell.Stop).WaitAsync(Patience);

    // What is still staged has no final name; what a user sees is what has one.
    private string[] Visible() =>
        [.. AllFiles().Select(file => Path.GetRelativePath(_nodes.Fetched, file)).Where(name => !name.StartsWith('.'))];

    private string[] AllFiles() => !Directory.Exists(_nodes.Fetched)
        ? []
        : Directory.GetFiles(_nodes.Fetched, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 });

    // Work that goes on in the background would still hold its staged file.
    private void AssertNothingIsLeftOpen() =>
        Assert.False(OperatingSystem.IsLinux() && IsAnyOpenBelow(_nodes.Fetched), "a staged file is still open");

    private static bool HasBegun(string folder) => OperatingSystem.IsLinux() ? IsAnyOpenBelow(folder) : Directory.Exists(folder);

    // A staged file has no name, so only its handle shows it. Both nodes live in this process.
    private static bool IsAnyOpenBelow(string folder) => Directory.EnumerateFiles("/proc/self/fd")
        .Select(link => new FileInfo(link).LinkTarget)
        .Any(path => path?.StartsWith(folder + "/", StringComparison.Ordinal) == true);

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), deadline.Token);
        }
    }
}
