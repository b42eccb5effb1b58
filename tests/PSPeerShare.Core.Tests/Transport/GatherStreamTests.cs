using CsCheck;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.Transport;

public sealed class GatherStreamTests
{
    [Fact]
    public void Small_writes_leave_together_and_only_when_flushed()
    {
        var inner = new CountingStream();
        using var gather = new GatherStream(inner, TimeProvider.System);
        gather.StartGathering();

        for (int i = 0; i < 1000; i++)
        {
            gather.Write([(byte)i]);
        }
        Assert.Empty(inner.Written);
        gather.Flush();

        Assert.Equal([1000], inner.Written);
        gather.Flush();
        Assert.Single(inner.Written);
    }

    [Fact]
    public void During_the_handshake_nothing_is_held_back()
    {
        var inner = new CountingStream();
        using var gather = new GatherStream(inner, TimeProvider.System);

        gather.Write([1, 2, 3]);

        Assert.Equal([3], inner.Written);
    }

    [Fact]
    public void Any_writes_come_out_in_order()
    {
        Gen.Int[0, 300_000].Array[1, 12].Sample(
            sizes =>
            {
                var inner = new CountingStream();
                using var gather = new GatherStream(inner, TimeProvider.System);
                gather.StartGathering();
                using var expected = new MemoryStream();
                foreach (int size in sizes)
                {
                    byte[] bytes = new byte[size];
                    new Random(size).NextBytes(bytes);
                    gather.Write(bytes);
                    expected.Write(bytes);
                    if (size % 3 == 0)
                    {
                        gather.Flush();
                    }
                }
                gather.Flush();
                return inner.Content.AsSpan().SequenceEqual(expected.ToArray()) && inner.Written.All(size => size <= GatherStream.LargeBytes);
            },
            iter: 50);
    }

    [Fact]
    public void Reads_grow_while_they_fill_and_shrink_when_little_comes()
    {
        var inner = new CountingStream { ToRead = new byte[8 * 1024 * 1024] };
        using var gather = new GatherStream(inner, TimeProvider.System);
        byte[] buffer = new byte[16 * 1024];
        for (int left = inner.ToRead.Length; left > 0;)
        {
            left -= gather.Read(buffer);
        }
        Assert.Equal(GatherStream.SmallBytes, inner.Asked[0]);
        Assert.Contains(GatherStream.LargeBytes, inner.Asked);

        inner.ToRead = [.. inner.ToRead, 1, 2, 3];
        Assert.Equal(3, gather.Read(buffer));
        Assert.Equal(0, gather.Read(buffer));

        Assert.Equal(GatherStream.SmallBytes, inner.Asked[^1]);
    }

    [Fact]
    public void An_empty_read_waits_below_and_takes_nothing()
    {
        var inner = new CountingStream { ToRead = [1, 2, 3, 4] };
        int waits = 0;
        using var gather = new GatherStream(inner, TimeProvider.System, _ => ++waits > 1);
        byte[] buffer = new byte[3];

        Assert.Throws<GatherStream.QuietException>(() => gather.Read([]));
        Assert.Equal(0, gather.Read([]));
        Assert.Equal(2, waits);
        Assert.Empty(inner.Asked);

        Assert.Equal(3, gather.Read(buffer));
        Assert.Equal(0, gather.Read([]));
        Assert.Equal(2, waits);
        Assert.Equal(1, gather.Read(buffer));
        Assert.Equal(4, buffer[0]);
    }

    [Fact]
    public void Who_sends_nothing_but_words_to_tls_is_given_up()
    {
        var inner = new CountingStream { ToRead = new byte[2 * GatherStream.MostForTlsBytes] };
        using var gather = new GatherStream(inner, TimeProvider.System);
        gather.StartGathering();
        byte[] buffer = new byte[GatherStream.MostForTlsBytes / 2];

        Fill();
        gather.Understood();
        Fill();
        Assert.Throws<IOException>(() =>
        {
            Fill();
            Fill();
        });

        void Fill() => gather.ReadExactly(buffer);
    }

    [Fact]
    public async Task A_write_that_does_not_move_is_seen_from_outside()
    {
        var clock = new ManualClock();
        var inner = new CountingStream { Gate = new ManualResetEventSlim() };
        using var gather = new GatherStream(inner, clock);
        Assert.Equal(TimeSpan.Zero, gather.BlockedFor);

        Task writing = Task.Run(() => gather.Write([1]));
        Assert.True(inner.Entered.Wait(Waiting.Patience));
        clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(TimeSpan.FromSeconds(31), gather.BlockedFor);
        inner.Gate.Set();
        await writing.Within();

        Assert.Equal(TimeSpan.Zero, gather.BlockedFor);
    }

    private sealed class CountingStream : Stream
    {
        private readonly MemoryStream _content = new();
        private int _position;

        public List<int> Written { get; } = [];

        public List<int> Asked { get; } = [];

        public byte[] ToRead { get; set; } = [];

        public ManualResetEventSlim? Gate { get; init; }

        public ManualResetEventSlim Entered { get; } = new();

        public byte[] Content => _content.ToArray();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Asked.Add(count);
            int read = Math.Min(count, ToRead.Length - _position);
            ToRead.AsSpan(_position, read).CopyTo(buffer.AsSpan(offset));
            _position += read;
            return read;
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            Entered.Set();
            Gate?.Wait(Waiting.Patience);
            Written.Add(count);
            _content.Write(buffer, offset, count);
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            Gate?.Dispose();
            Entered.Dispose();
            base.Dispose(disposing);
        }
    }
}
