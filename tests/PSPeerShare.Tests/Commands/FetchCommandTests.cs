using System.Management.Automation;
using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>Get-PeerFile over two real nodes.</summary>
public sealed class FetchCommandTests : IDisposable
{
    private readonly TwoNodes _nodes = new();

    public FetchCommandTests()
    {
        _nodes.Share("readme.txt", "hello");
        _nodes.Share("images/debian-12.iso", "twelve");
        _nodes.Share("images/old/debian-11.iso", "eleven");
    }

    public void Dispose() => _nodes.Dispose();

    [Fact]
    public void What_was_found_lands_below_the_destination_with_its_folders()
    {
        EngineResult result = TwoNodes.Ok(_nodes.OnLaptop("Find-PeerFile | Get-PeerFile -Destination $to"));

        Assert.Equal(["images/debian-12.iso", "images/old/debian-11.iso", "readme.txt"], Arrived());
        Assert.All(result.Output, transfer => Assert.Equal("Completed", transfer.Properties["Status"].Value.ToString()));
        Assert.Equal("hello", File.ReadAllText(Path.Combine(_nodes.Fetched, "readme.txt")));
    }

    // Where the structure that is kept begins, and whether the destination is a folder.
    [Theory]
    [InlineData("-Path share/readme.txt -Destination $to", "")]
    [InlineData("-Path share/readme.txt -Destination $to/", "readme.txt")]
    [InlineData("-Path share/images/old/debian-11.iso, share/readme.txt -Destination $to", "debian-11.iso readme.txt")]
    [InlineData("-Path 'share/images/debian-*' -Destination $to", "debian-12.iso")]
    [InlineData("-Path 'share/*/debian-*' -Destination $to", "images/debian-12.iso")]
    [InlineData("-Path share/images -Recurse -Destination $to", "debian-12.iso old/debian-11.iso")]
    [InlineData("-Path 'share/im*' -Recurse -Destination $to", "images/debian-12.iso images/old/debian-11.iso")]
    [InlineData("-Path share -Recurse -Flatten -Destination $to", "debian-11.iso debian-12.iso readme.txt")]
    public void A_path_lands_where_the_rules_say(string arguments, string expected)
    {
        TwoNodes.Ok(_nodes.OnLaptop($"Get-PeerFile -Peer nas {arguments}"));

        if (expected.Length == 0)
        {
            Assert.Equal("hello", File.ReadAllText(_nodes.Fetched));
        }
        else
        {
            Assert.Equal(expected, string.Join(' ', Arrived()));
        }
    }

    [Fact]
    public void A_destination_that_is_a_folder_is_one()
    {
        Directory.CreateDirectory(_nodes.Fetched);

        TwoNodes.Ok(_nodes.OnLaptop("Get-PeerFile nas share/readme.txt -Destination $to"));

        Assert.Equal(["readme.txt"], Arrived());
    }

    [Fact]
    public void Without_a_destination_files_go_to_the_sessions_location()
    {
        Directory.CreateDirectory(_nodes.Fetched);

        TwoNodes.Ok(_nodes.OnLaptop("$null = $ExecutionContext.SessionState.Path.SetLocation($to); Get-PeerFile nas share/readme.txt"));

        Assert.Equal(["readme.txt"], Arrived());
    }

    [Fact]
    public void The_same_content_is_not_copied_again()
    {
        TwoNodes.Ok(_nodes.OnLaptop("Find-PeerFile | Get-PeerFile -Destination $to"));

        EngineResult again = TwoNodes.Ok(_nodes.OnLaptop("Find-PeerFile | Get-PeerFile -Destination $to"));

        Assert.Equal(3, again.Output.Count);
        Assert.All(again.Output, transfer => Assert.Equal("Unchanged", transfer.Properties["Status"].Value.ToString()));
    }

    [Fact]
    public void Other_content_is_replaced_only_by_force_and_kept_beside_a_new_name()
    {
        Directory.CreateDirectory(_nodes.Fetched);
        string there = Path.Combine(_nodes.Fetched, "readme.txt");
        File.WriteAllText(there, "mine");

        EngineResult refused = _nodes.OnLaptop("Find-PeerFile readme.txt | Get-PeerFile -Destination $to");
        Assert.Equal("DestinationExists", TwoNodes.ErrorId(refused));
        Assert.Empty(refused.Output);
        Assert.Equal("mine", File.ReadAllText(there));

        PSObject beside = Assert.Single(TwoNodes.Ok(_nodes.OnLaptop("Find-PeerFile readme.txt | Get-PeerFile -Destination $to -NewName")).Output);
        Assert.Equal("hello", File.ReadAllText((string)beside.Properties["LocalPath"].Value));
        Assert.Equal("mine", File.ReadAllText(there));

        TwoNodes.Ok(_nodes.OnLaptop("Find-PeerFile readme.txt | Get-PeerFile -Destination $to -Force"));
        Assert.Equal("hello", File.ReadAllText(there));
    }

    [Fact]
    public void Force_and_NewName_exclude_each_other()
    {
        EngineResult result = _nodes.OnLaptop("Find-PeerFile readme.txt | Get-PeerFile -Destination $to -Force -NewName");

        Assert.Contains("-NewName", Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_file_that_fails_is_an_error_with_its_transfer_and_the_others_go_on()
    {
        Directory.CreateDirectory(_nodes.Fetched);
        File.WriteAllText(Path.Combine(_nodes.Fetched, "readme.txt"), "mine");

        EngineResult result = _nodes.OnLaptop("Find-PeerFile | Get-PeerFile -Destination $to");

        Assert.Equal(2, result.Output.Count);
        ErrorRecord error = Assert.Single(result.Errors);
        PSObject transfer = PSObject.AsPSObject(error.TargetObject);
        Assert.Equal("PeerTransfer", transfer.BaseObject.GetType().Name);
        Assert.Equal("Failed", transfer.Properties["Status"].Value.ToString());
        Assert.Equal("share/readme.txt", transfer.Properties["SharePath"].Value);
    }

    [Fact]
    public void Under_ErrorAction_Stop_the_first_failure_ends_it()
    {
        Directory.CreateDirectory(_nodes.Fetched);
        File.WriteAllText(Path.Combine(_nodes.Fetched, "readme.txt"), "mine");

        EngineResult result = _nodes.OnLaptop("Find-PeerFile readme.txt | Get-PeerFile -Destination $to -ErrorAction Stop; 'went on'");

        Assert.Equal("DestinationExists", TwoNodes.ErrorId(result));
        Assert.NotNull(result.Terminating);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void WhatIf_lists_sizes_and_copies_nothing()
    {
        var host = new RecordingHost();

        string said = host.Run(BuiltModule.Manifest, _nodes.LaptopHome, "Find-PeerFile debian-12.iso | Get-PeerFile -Destination $to -WhatIf", ("to", _nodes.Fetched));

        Assert.Contains("6 B", said, StringComparison.Ordinal);
        Assert.Contains("nas:share/images/debian-12.iso", said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_nodes.Fetched));
    }

    [Fact]
    public void A_missing_file_an_unmatched_wildcard_and_a_folder_are_errors()
    {
        Assert.Equal("FileNotFound", TwoNodes.ErrorId(_nodes.OnLaptop("Get-PeerFile nas share/nothing.txt -Destination $to")));
        Assert.Equal("FileNotFound", TwoNodes.ErrorId(_nodes.OnLaptop("Get-PeerFile nas nowhere/readme.txt -Destination $to")));
        Assert.Equal("PathIsFolder", TwoNodes.ErrorId(_nodes.OnLaptop("Get-PeerFile nas share/images -Destination $to")));
        Assert.Equal("NoMatch", TwoNodes.ErrorId(_nodes.OnLaptop("Get-PeerFile nas share/*.zip -Destination $to")));
        Assert.Equal("PeerNotFound", TwoNodes.ErrorId(_nodes.OnLaptop("Get-PeerFile nobody share/readme.txt -Destination $to")));
        Assert.Equal("PathNotFileSystem", TwoNodes.ErrorId(_nodes.OnLaptop("Get-PeerFile nas share/readme.txt -Destination Env:x")));
        Assert.False(Path.Exists(_nodes.Fetched));
    }

    [Fact]
    public void A_literal_path_has_no_wildcards_and_a_mistyped_one_is_explained()
    {
        _nodes.Share("b[1].txt", "x");

        Assert.Equal("b[1].txt", TwoNodes.Ok(_nodes.OnLaptop("Get-PeerFile nas -LiteralPath 'share/b[1].txt' -Destination $to")).Output.Single().Properties["Name"].Value);
        Assert.Contains("-LiteralPath", MessageOf("Get-PeerFile nas 'share/b[1].txt' -Destination $to"), StringComparison.Ordinal);
        Assert.Contains("Did you mean 'share/b[1].txt'?", MessageOf("Get-PeerFile nas -LiteralPath 'SHARE/B[1].txt' -Destination $to"), StringComparison.Ordinal);
        Assert.Contains("Find-PeerFile", Assert.Single(_nodes.OnLaptop("Get-PeerFile b.txt").Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Equal("share/*.txt", _nodes.OnLaptop("Get-PeerFile nas -LiteralPath 'share/*.txt' -Destination $to").Errors.Single().TargetObject);

        string MessageOf(string script) => Assert.Single(_nodes.OnLaptop(script).Errors).ErrorDetails.Message;
    }

    [Fact]
    public void Names_with_brackets_spaces_and_other_scripts_arrive_as_they_are()
    {
        string[] names = ["[a].txt", "-dash.txt", "보고서 😀.txt", "two words.txt", "back`tick.txt", "colon:here.txt"];
        foreach (string name in names)
        {
            _nodes.Share("odd/" + name, name);
        }

        EngineResult result = TwoNodes.Ok(_nodes.OnLaptop("Find-PeerFile -Path share/odd/* | Get-PeerFile -Destination $to -Flatten"));

        Assert.Equal(names.Order(StringComparer.Ordinal), Arrived());
        Assert.All(result.Output, transfer => Assert.Equal(
            @"Microsoft.PowerShell.Core\FileSystem::" + transfer.Properties["LocalPath"].Value, transfer.Properties["PSPath"].Value));
    }

    [Fact]
    public void A_transfer_tells_what_happened()
    {
        PSObject transfer = Assert.Single(TwoNodes.Ok(_nodes.OnLaptop("Get-PeerFile nas share/readme.txt -Destination $to -Durable -NoTimestamp")).Output);

        Assert.Equal("Receive", transfer.Properties["Direction"].Value.ToString());
        Assert.Equal(_nodes.Fetched, transfer.Properties["LocalPath"].Value);
        Assert.Equal("nas", transfer.Properties["Peer"].Value);
        Assert.Equal(5L, transfer.Properties["Length"].Value);

        // b3sum of "hello".
        Assert.Equal("ea8f163db38682925e4491c5e58d4bb3506ef8c14eb78a86e908c5624a67200f", transfer.Properties["Hash"].Value);
        Assert.True((DateTime)transfer.Properties["StartTime"].Value <= DateTime.Now);
    }

    [Fact]
    public void A_content_is_fetched_by_its_hash_under_a_name_of_its_own()
    {
        EngineResult result = TwoNodes.Ok(_nodes.OnLaptop("""
            $hash = (Get-PeerFile nas share/readme.txt -Destination "$to/first/").Hash
            Get-PeerFile -Hash $hash -Destination "$to/second.txt"
            """));

        Assert.Single(result.Output);
        Assert.Equal("hello", File.ReadAllText(Path.Combine(_nodes.Fetched, "second.txt")));
        Assert.Equal("FileNotFound", TwoNodes.ErrorId(_nodes.OnLaptop($"Get-PeerFile -Hash {new string('0', 64)} -Destination $to")));
        Assert.Equal("HashInvalid", TwoNodes.ErrorId(_nodes.OnLaptop("Get-PeerFile -Hash 0 -Destination $to")));
    }

    [Fact]
    public void A_file_is_fetched_while_the_pipeline_still_brings_others()
    {
        // The producer goes on only when its first file has arrived; nothing else could make that happen.
        EngineResult result = TwoNodes.Ok(_nodes.OnLaptop("""
            & {
                Find-PeerFile readme.txt
                $watch = [Diagnostics.Stopwatch]::StartNew()
                while (-not [IO.File]::Exists("$to/readme.txt")) {
                    if ($watch.Elapsed.TotalSeconds -gt 30) { throw 'the first file did not arrive' }
                    $null = [Threading.Thread]::Yield()
                }
                Find-PeerFile debian-12.iso
            } | Get-PeerFile -Destination $to
            """));

        Assert.Equal(["readme.txt", "debian-12.iso"], result.Output.Select(transfer => transfer.ToString()));
    }

    [Fact]
    public void The_time_of_the_source_is_kept()
    {
        DateTime written = new(2020, 2, 29, 12, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(Path.Combine(_nodes.Shared, "readme.txt"), written);

        TwoNodes.Ok(_nodes.OnLaptop("Get-PeerFile nas share/readme.txt -Destination $to"));

        Assert.Equal(written, File.GetLastWriteTimeUtc(_nodes.Fetched));
    }

    [Fact]
    public void Verbose_shows_the_steps()
    {
        EngineResult result = TwoNodes.Ok(_nodes.OnLaptop("Get-PeerFile nas share/readme.txt -Destination $to -Verbose"));

        Assert.Contains(result.Verbose, line => line.StartsWith("nas: share/readme.txt: Completed, 5 bytes", StringComparison.Ordinal));
    }

    private string[] Arrived() =>
        [.. Directory.EnumerateFiles(_nodes.Fetched, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(_nodes.Fetched, file))
            .Order(StringComparer.Ordinal)];
}
