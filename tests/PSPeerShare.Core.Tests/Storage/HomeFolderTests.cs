using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Storage;

public sealed class HomeFolderTests : IDisposable
{
    private readonly TempFolder temp = new();
    private readonly string? before = Environment.GetEnvironmentVariable(HomeFolder.Variable);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(HomeFolder.Variable, before);
        temp.Dispose();
    }

    [Fact]
    public void The_variable_is_read_at_each_call()
    {
        Environment.SetEnvironmentVariable(HomeFolder.Variable, temp["one"]);
        Assert.Equal(temp["one"], HomeFolder.Resolve());

        Environment.SetEnvironmentVariable(HomeFolder.Variable, temp["two"] + Path.DirectorySeparatorChar);
        Assert.Equal(temp["two"], HomeFolder.Resolve());

        Environment.SetEnvironmentVariable(HomeFolder.Variable, null);
        Assert.EndsWith($"{Path.DirectorySeparatorChar}PSPeerShare", HomeFolder.Resolve(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_relative_home_is_refused()
    {
        Environment.SetEnvironmentVariable(HomeFolder.Variable, "home");

        Assert.Equal(PeerError.HomeUnusable, Assert.Throws<PeerShareException>(HomeFolder.Resolve).Error);
    }

    [Fact]
    public void A_missing_home_is_made_for_the_owner_alone_and_a_wide_one_is_refused()
    {
        Environment.SetEnvironmentVariable(HomeFolder.Variable, temp["deep", "home"]);
        Assert.Equal(temp["deep", "home"], HomeFolder.Ensure());
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Assert.Equal(OwnerOnly.FolderMode, new DirectoryInfo(temp["deep", "home"]).UnixFileMode);
        File.SetUnixFileMode(temp["deep", "home"], OwnerOnly.FolderMode | UnixFileMode.GroupRead);

        PeerShareException failure = Assert.Throws<PeerShareException>(HomeFolder.Ensure);
        Assert.Equal(PeerError.HomeUnusable, failure.Error);
        Assert.EndsWith($"run: chmod 700 {temp["deep", "home"]}", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_that_closes_an_open_home_takes_a_path_with_spaces_and_quotes()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        string odd = Directory.CreateDirectory(temp["it's mine"]).FullName;
        File.SetUnixFileMode(odd, OwnerOnly.FolderMode | UnixFileMode.OtherRead);

        PeerShareException failure = Assert.Throws<PeerShareException>(() => OwnerOnly.EnsureFolder(odd, PeerError.HomeUnusable));

        Assert.EndsWith(@"it'\''s mine'", failure.Detail, StringComparison.Ordinal);
    }
}
