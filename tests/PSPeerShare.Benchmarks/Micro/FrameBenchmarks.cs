using BenchmarkDotNet.Attributes;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Benchmarks.Micro;

/// <summary>Frames from memory to memory: packed into records, and read back from reads of a record each.</summary>
[MemoryDiagnoser]
public class FrameBenchmarks
{
    private const int Frames = 256;
    private const int RecordBytes = 16 * 1024;

    private byte[] _payload = [];
    private byte[] _bytes = [];
    private FrameReader _reader = null!;
    private FrameHeader _header;

    [Params(64, 4 * 1024, 256 * 1024)]
    public int PayloadBytes { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _payload = new byte[PayloadBytes];
        new Random(1).NextBytes(_payload);
        _header = new FrameHeader(PayloadBytes, FrameType.Data, FrameFlags.None, 1);
        byte[] frame = FrameWriter.EncodeFrame(FrameType.Data, FrameFlags.None, 1, _payload);
        _bytes = new byte[Frames * frame.Length];
        for (int i = 0; i < Frames; i++)
        {
            frame.CopyTo(_bytes, i * frame.Length);
        }

        _reader = new FrameReader(static _ => FrameVerdict.Deliver);
    }

    [GlobalCleanup]
    public void CleanUp() => _reader.Dispose();

    [Benchmark(OperationsPerInvoke = Frames)]
    public void Pack()
    {
        using RecordPacker packer = new(Stream.Null);
        for (int i = 0; i < Frames; i++)
        {
            packer.Write(_header, _payload);
        }

        packer.Flush();
    }

    [Benchmark(OperationsPerInvoke = Frames)]
    public int Read()
    {
        int read = 0;
        for (int at = 0; at < _bytes.Length;)
        {
            Span<byte> buffer = _reader.GetBuffer().Span;
            int count = Math.Min(Math.Min(buffer.Length, RecordBytes), _bytes.Length - at);
            _bytes.AsSpan(at, count).CopyTo(buffer);
            _reader.Received(count);
            at += count;
            while (_reader.TryRead(out Frame frame))
            {
                using PooledBuffer payload = frame.TakePayload();
                read += payload.Length;
            }
        }

        return read;
    }

    [Benchmark]
    public int EncodeItemHeader()
    {
        ItemHeader header = new() { Index = 7, Length = PayloadBytes, ModifiedUnixNs = 1_700_000_000_000_000_000 };
        using PooledBuffer payload = FrameWriter.Encode(FrameType.ItemHeader, header);
        return payload.Length;
    }
}
