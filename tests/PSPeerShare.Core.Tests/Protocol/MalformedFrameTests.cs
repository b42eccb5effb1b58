using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Tests.Protocol;

/// <summary>Random and nearly right bytes; whatever they are, there is a frame, a wait or a fault, and bounded memory.</summary>
public sealed class MalformedFrameTests
{
    [Theory]
    [InlineData(1, (int)SessionKind.Main, 100_000)]
    [InlineData(2, (int)SessionKind.Pair, 10_000)]
    public void Malformed_frames_end_in_a_reason_and_nothing_else(int seed, int kind, int count)
    {
        var random = new Random(seed);
        int faults = 0;
        int frames = 0;
        while (frames < count)
        {
            SessionStateMachine session = Open((SessionKind)kind, isDialler: random.Next(2) == 0, isGreeted: random.Next(4) != 0);
            using var reader = new FrameReader(session.Receive);
            try
            {
                for (int i = 0; i < 50; i++)
                {
                    frames++;
                    Feed(reader, MakeFrame(random));
                    Assert.InRange(session.OpenStreams, 0, 2 * Limits.StreamsPerSide);
                }
            }
            catch (ProtocolFaultException fault)
            {
                Assert.InRange((int)fault.Reason, (int)CloseReason.MalformedFrame, (int)CloseReason.Evicted);
                faults++;
            }
        }
        Assert.InRange(faults, count / 100, count);
    }

    private static byte[] MakeFrame(Random random)
    {
        FrameType[] types = Enum.GetValues<FrameType>();
        var type = random.Next(20) == 0 ? (FrameType)random.Next(256) : types[random.Next(types.Length)];
        int length = random.Next(8) == 0 ? random.Next(100_000) : random.Next(40);
        byte[] payload = new byte[length];
        random.NextBytes(payload);
        uint stream = random.Next(3) == 0 ? 0u : (uint)random.Next(1, 6);
        byte[] frame = FrameWriter.EncodeFrame(type, (FrameFlags)random.Next(2), stream, payload);
        if (random.Next(4) == 0)
        {
            // A bit of the header flips: the length lies, a reserved bit is set, the id jumps.
            frame[random.Next(FrameHeader.SizeInBytes)] ^= (byte)(1 << random.Next(8));
        }
        return frame;
    }

    private static void Feed(FrameReader reader, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Memory<byte> buffer = reader.GetBuffer();
            Assert.InRange(buffer.Length, 1, Limits.DataPayloadBytes);
            int count = Math.Min(buffer.Length, bytes.Length);
            bytes[..count].CopyTo(buffer.Span);
            reader.Received(count);
            bytes = bytes[count..];
            while (reader.TryRead(out _))
            {
            }
        }
    }

    private static SessionStateMachine Open(SessionKind kind, bool isDialler, bool isGreeted)
    {
        var session = new SessionStateMachine(isDialler, kind);
        if (isGreeted)
        {
            foreach (FrameType type in new[] { FrameType.Hello, FrameType.HelloAck })
            {
                session.Send(new FrameHeader(0, type, FrameFlags.None, 0));
                session.Receive(new FrameHeader(0, type, FrameFlags.None, 0));
            }
            FrameType opening = kind == SessionKind.Main ? FrameType.Fetch : FrameType.PairStep;
            session.Send(new FrameHeader(0, opening, FrameFlags.None, isDialler ? 1u : 2u));
        }
        return session;
    }
}
