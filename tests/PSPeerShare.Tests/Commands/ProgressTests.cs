using System.Management.Automation;
using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>What a person sees while files are on their way.</summary>
public sealed class ProgressTests : IDisposable
{
    private readonly TwoNodes _nodes = new();

    public void Dispose() => _nodes.Dispose();

    [Fact]
    public void A_transfer_that_takes_a_while_is_shown_below_one_for_all_and_taken_away()
    {
        _nodes.Share("a.bin", new byte[1024 * 1024]);
        var host = new RecordingHost();

        host.Run(BuiltModule.Manifest, _nodes.LaptopHome, "Find-PeerFile a.bin | Get-PeerFile -Destination $to -RateLimit 512KB", ("to", _nodes.Fetched));

        ProgressRecord[] all = [.. host.Progress];
        ProgressRecord[] parents = [.. all.Where(record => record.ParentActivityId < 0 && record.Activity == "Fetching files")];
        ProgressRecord[] children = [.. all.Where(record => record.ParentActivityId >= 0)];
        Assert.NotEmpty(parents);
        Assert.Single(parents.Select(record => record.ActivityId).Distinct());
        Assert.NotEmpty(children);
        Assert.All(children, child => Assert.Equal(parents[0].ActivityId, child.ParentActivityId));
        Assert.Contains(children, child => child.Activity.Contains("a.bin", StringComparison.Ordinal));
        Assert.Contains(parents, record => record.StatusDescription.Contains("/s", StringComparison.Ordinal) && record.SecondsRemaining >= 0);
        Assert.All(all, record => Assert.InRange(record.PercentComplete, -1, 100));

        // Each bar that was shown is taken away.
        Assert.All(parents.Concat(children).Select(record => record.ActivityId).Distinct(), id =>
            Assert.Equal(ProgressRecordType.Completed, all.Last(record => record.ActivityId == id).RecordType));
    }

    [Fact]
    public void Names_in_progress_cannot_harm_the_terminal()
    {
        _nodes.Share("b\u202Ec.bin", new byte[1024 * 1024]);
        var host = new RecordingHost();

        host.Run(BuiltModule.Manifest, _nodes.LaptopHome, "Find-PeerFile b* | Get-PeerFile -Destination $to -RateLimit 512KB", ("to", _nodes.Fetched));

        Assert.Contains(host.Progress, record => record.Activity.Contains(@"\u{202E}", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Progress, record => record.Activity.Contains('\u202E', StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_is_taken_away_that_was_not_shown()
    {
        _nodes.Share("quick.txt");
        var host = new RecordingHost();

        host.Run(BuiltModule.Manifest, _nodes.LaptopHome, "Find-PeerFile quick.txt | Get-PeerFile -Destination $to -WhatIf", ("to", _nodes.Fetched));

        Assert.DoesNotContain(host.Progress, record => record.Activity == "Fetching files");
    }
}
