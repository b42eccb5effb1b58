using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Identity;

public sealed class NodeIdentityTests : IDisposable
{
    private readonly TempFolder temp = new();

    private string Home => temp["home"];

    private string KeyFile => temp["home", "identity", "node.pem"];

    public void Dispose() => temp.Dispose();

    [Fact]
    public void An_identity_is_made_once_and_kept()
    {
        using NodeIdentity made = NodeIdentity.LoadOrCreate(Home);
        using NodeIdentity loaded = NodeIdentity.LoadOrCreate(Home);

        Assert.Equal(made.Id, loaded.Id);
        Assert.Equal(made.Created, loaded.Created);
        Assert.Equal(NodeId.FromCertificate(loaded.Certificate), loaded.Id);
        using ECDsa key = loaded.Certificate.GetECDsaPrivateKey()!;
        Assert.Equal(256, key.KeySize);
        Assert.InRange(DateTimeOffset.UtcNow - loaded.Created, TimeSpan.Zero, TimeSpan.FromMinutes(5));
    }

    [Fact]
    public void A_replaced_identity_is_another_node()
    {
        using NodeIdentity first = NodeIdentity.LoadOrCreate(Home);
        using NodeIdentity kept = NodeIdentity.Create(Home, replace: false);
        using NodeIdentity second = NodeIdentity.Create(Home, replace: true);
        using NodeIdentity loaded = NodeIdentity.LoadOrCreate(Home);

        Assert.Equal(first.Id, kept.Id);
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal(second.Id, loaded.Id);
    }

    [Fact]
    public void Only_the_complete_key_file_and_the_lock_are_left_behind()
    {
        NodeIdentity.LoadOrCreate(Home).Dispose();
        NodeIdentity.Create(Home, replace: true).Dispose();

        Assert.Equal([".lock", "node.pem"], Directory.GetFiles(temp["home", "identity"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Threads_that_race_share_one_identity()
    {
        using var start = new Barrier(8);
        Task<NodeId>[] racers = [.. Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                using NodeIdentity identity = NodeIdentity.LoadOrCreate(Home);
                return identity.Id;
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default))];

        NodeId[] ids = await Task.WhenAll(racers).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Single(ids.Distinct());
    }

    [Fact]
    public async Task Processes_that_race_share_one_identity()
    {
        OtherProcess[] racers = [.. Enumerable.Range(0, 3).Select(_ => OtherProcess.Start(PrintIdentity, Home))];
        try
        {
            foreach (OtherProcess racer in racers)
            {
                Assert.Equal("ready", await racer.ReadLineAsync());
            }

            Array.ForEach(racers, racer => racer.WriteLine("go"));
            string[] ids = await Task.WhenAll(racers.Select(racer => racer.FinishAsync()));

            using NodeIdentity identity = NodeIdentity.LoadOrCreate(Home);
            Assert.All(ids, id => Assert.Equal(identity.Id.ToString(), id));
        }
        finally
        {
            Array.ForEach(racers, racer => racer.Dispose());
        }
    }

    [Fact]
    public void Key_and_folders_are_the_owners_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        NodeIdentity.LoadOrCreate(Home).Dispose();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.Equal(Private, new DirectoryInfo(Home).UnixFileMode);
        Assert.Equal(Private, new DirectoryInfo(temp["home", "identity"]).UnixFileMode);
    }

    [Theory]
    [InlineData("", UnixFileMode.OtherExecute, PeerError.HomeUnusable)]
    [InlineData("identity", UnixFileMode.GroupRead, PeerError.IdentityUnsafe)]
    [InlineData("identity/node.pem", UnixFileMode.GroupRead, PeerError.IdentityUnsafe)]
    [InlineData("identity/node.pem", UnixFileMode.OtherWrite, PeerError.IdentityUnsafe)]
    public void A_wider_mode_is_refused(string path, UnixFileMode extra, PeerError error)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        NodeIdentity.LoadOrCreate(Home).Dispose();
        string widened = temp["home", path];
        File.SetUnixFileMode(widened, File.GetUnixFileMode(widened) | extra);

        var failure = Assert.Throws<PeerShareException>(() => NodeIdentity.LoadOrCreate(Home));

        Assert.Equal(error, failure.Error);
        Assert.Equal(widened.TrimEnd('/'), failure.Target!.TrimEnd('/'));
    }

    [Fact]
    public void A_damaged_key_file_is_an_error_and_is_left_as_it_is()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        NodeIdentity.LoadOrCreate(Home).Dispose();
        string damaged = File.ReadAllText(KeyFile)[..400];
        File.WriteAllText(KeyFile, damaged);

        var failure = Assert.Throws<PeerShareException>(() => NodeIdentity.LoadOrCreate(Home));

        Assert.Equal(PeerError.IdentityDamaged, failure.Error);
        Assert.Equal(damaged, File.ReadAllText(KeyFile));
    }

    [Fact]
    public void A_key_that_is_not_the_certificates_is_refused()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        NodeIdentity.LoadOrCreate(Home).Dispose();
        using var otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string pem = File.ReadAllText(KeyFile);
        int key = pem.IndexOf("-----BEGIN PRIVATE", StringComparison.Ordinal);
        File.WriteAllText(KeyFile, pem[..key] + otherKey.ExportPkcs8PrivateKeyPem());

        Assert.Equal(
            PeerError.IdentityDamaged, Assert.Throws<PeerShareException>(() => NodeIdentity.LoadOrCreate(Home)).Error);
    }

    [Fact]
    public void A_home_that_cannot_be_made_is_an_error()
    {
        File.WriteAllText(temp["file"], "in the way");

        var failure = Assert.Throws<PeerShareException>(() => NodeIdentity.LoadOrCreate(temp["file", "home"]));

        Assert.Equal(PeerError.HomeUnusable, failure.Error);
    }

    private static void PrintIdentity(string[] arguments)
    {
        Console.WriteLine("ready");
        Console.ReadLine();
        using NodeIdentity identity = NodeIdentity.LoadOrCreate(arguments[0]);
        Console.WriteLine(identity.Id);
    }
}
