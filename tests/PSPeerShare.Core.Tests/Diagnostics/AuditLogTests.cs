using System.Globalization;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Diagnostics;

/// <summary>The audit file itself: what it keeps, for how long, and when a line is safe.</summary>
public sealed class AuditLogTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_grant_is_in_the_file_before_it_can_take_effect_however_much_waits()
    {
        using AuditLog audit = AuditLog.Open(new EventLogOptions { Folder = _temp.Path });
        for (int i = 0; i < 9000; i++)
        {
            audit.Write("fetch", "somebody", null, "docs", $"docs/{i}", i, null, "sent");
        }

        audit.Grant("trust", "a-new-peer", null, null, null, "Browse, Read");

        // Nobody has closed or flushed anything.
        string[] lines = Read();
        Assert.Equal(9001, lines.Length);
        Assert.Contains("a-new-peer", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Files_are_changed_at_their_size_and_the_oldest_go_whole()
    {
        const int Lines = 200;
        EventLogOptions options = new() { Folder = _temp.Path, FileSizeLimitBytes = 4000, RetainedFiles = 3 };
        using (AuditLog audit = AuditLog.Open(options))
        {
            for (int i = 0; i < Lines; i++)
            {
                audit.Write("push", "somebody", null, null, $"file-{i:000}", i, null, "received");
            }
        }

        string[] files = Directory.GetFiles(_temp.Path, "audit-*.json");
        Assert.Equal(3, files.Length);
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 1, 4000 + 500));
        int[] kept = [.. Read().Select(line => int.Parse(line.Split("file-")[1][..3], CultureInfo.InvariantCulture)).Order()];
        Assert.Equal(Enumerable.Range(Lines - kept.Length, kept.Length), kept);
        Assert.InRange(kept.Length, 10, Lines - 1);
    }

    [Fact]
    public void However_many_ids_strangers_make_their_refusals_take_few_lines_and_hide_none_of_another_kind()
    {
        ManualClock clock = new();
        using (AuditLog audit = AuditLog.Open(new EventLogOptions { Folder = _temp.Path }, clock))
        {
            for (int i = 0; i < 5000; i++)
            {
                audit.RefuseStranger("redeem", $"stranger-{i}", null, "WrongProof");
            }

            audit.RefuseStranger("redeem", "holder-of-a-revoked-one", null, "Revoked");
        }

        string[] lines = Read();
        Assert.Equal(RefusalTally.InFull + 2, lines.Length);
        Assert.Contains(lines, line => line.Contains("holder-of-a-revoked-one", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains($"{5000 - RefusalTally.InFull} more refusals", StringComparison.Ordinal));
    }

    [Fact]
    public void A_secret_that_slips_into_a_line_is_hidden()
    {
        using (AuditLog audit = AuditLog.Open(new EventLogOptions { Folder = _temp.Path }))
        {
            audit.Grant("redeem", "pspeer-secret-1:QUJDREVG", null, "pspeer-secret-1:QUJDREVG", "pspeer-secret-1:QUJDREVG", "pspeer-secret-1:QUJDREVG");
            audit.RefuseStranger("redeem", "pspeer-secret-1:QUJDREVG", null, "pspeer-secret-1:QUJDREVG");
        }

        Assert.Equal(2, Read().Length);
        Assert.All(Read(), line => Assert.DoesNotContain("QUJDREVG", line, StringComparison.Ordinal));
    }

    private string[] Read() => [.. Directory.GetFiles(_temp.Path, "audit-*.json").Order(StringComparer.Ordinal).SelectMany(AuditFiles.ReadShared)];
}
