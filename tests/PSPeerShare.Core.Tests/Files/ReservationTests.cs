using PSPeerShare.Core.Files;
using PSPeerShare.Core.Files.Native;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Files;

/// <summary>What is only announced takes no space: the length of a file is a word of its sender.</summary>
public sealed class ReservationTests : IDisposable
{
    private const long Announced = 3L << 30;

    private readonly TempFolder _temp = new();
    private readonly ReservingCalls _calls = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_stated_length_alone_reserves_nothing()
    {
        using SafeRoot root = UnixSafeRoot.Open(_temp.Path, _calls);

        using StagedFile file = root.Stage(Announced);

        Assert.Empty(_calls.Reserved);
    }

    [Fact]
    public void Space_is_reserved_a_step_ahead_of_the_data_and_never_twice()
    {
        using SafeRoot root = UnixSafeRoot.Open(_temp.Path, _calls);
        using StagedFile file = root.Stage(Announced);

        file.Write(Some(1000), 0);
        Assert.Equal([(0L, SpaceAhead.StepBytes)], _calls.Reserved);
        file.Write(Some(1000), 1000);
        Assert.Single(_calls.Reserved);
        file.Write(Some(1000), SpaceAhead.StepBytes - 500);
        Assert.Equal([(0L, SpaceAhead.StepBytes), (SpaceAhead.StepBytes, SpaceAhead.StepBytes)], _calls.Reserved);
        file.Write(Some(1000), Announced - 1000);
        Assert.Equal((Announced - SpaceAhead.StepBytes, SpaceAhead.StepBytes), _calls.Reserved[^1]);
    }

    [Fact]
    public void No_more_is_reserved_than_the_file_is_long()
    {
        const long Length = SpaceAhead.StepBytes + 300_000;
        using SafeRoot root = UnixSafeRoot.Open(_temp.Path, _calls);
        using StagedFile file = root.Stage(Length);

        file.Write(Some(1000), SpaceAhead.StepBytes);

        Assert.Equal([(SpaceAhead.StepBytes, 300_000L)], _calls.Reserved);
    }

    [Fact]
    public void A_disk_that_is_full_by_then_fails_the_write()
    {
        using SafeRoot root = UnixSafeRoot.Open(_temp.Path, _calls);
        using StagedFile file = root.Stage(Announced);
        _calls.IsFull = true;

        Assert.Equal(PeerError.DestinationFull, Assert.Throws<PeerShareException>(() => file.Write(Some(10), 0)).Error);
    }

    private static byte[] Some(int count) => [.. Enumerable.Repeat((byte)1, count)];

    private sealed class ReservingCalls : LinuxFileCalls
    {
        public List<(long Offset, long Length)> Reserved { get; } = [];

        public bool IsFull { get; set; }

        public override int FindRoom(int file, long length) => 0;

        public override int Reserve(int file, long offset, long length)
        {
            Reserved.Add((offset, length));
            return IsFull ? -Errno.NoSpace : 0;
        }
    }
}
