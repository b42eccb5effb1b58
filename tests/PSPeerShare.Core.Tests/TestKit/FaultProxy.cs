using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>
/// A TCP proxy on loopback that does to the bytes what bad networks do: delay each way, limit the rate, cut after so
/// many bytes, stop without a word. It passes bytes and understands none, like a relay.
/// </summary>
internal sealed class FaultProxy : IDisposable
{
    // What a late wake-up may be made good for.
    private static readonly long CatchUp = Stopwatch.Frequency / 100;

    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly int _targetPort;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Socket> _sockets = [];

    // One for each direction of each connection: what is looked for must not be split by what goes the other way.
    private readonly List<MemoryStream> _recorded = [];
    private long _passed;

    /// <param name="targetPort">On 127.0.0.1.</param>
    /// <param name="at">Where it listens; any free port of 127.0.0.1 unless given.</param>
    public FaultProxy(int targetPort, IPEndPoint? at = null)
    {
        _targetPort = targetPort;
        _listening.Bind(at ?? new IPEndPoint(IPAddress.Loopback, 0));
        _listening.Listen();
        _ = Task.Run(AcceptAsync);
    }

    public int Port => ((IPEndPoint)_listening.LocalEndPoint!).Port;

    /// <summary>Of each direction; the round trip is twice that.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Of each direction.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>Both ways together; then both sockets are reset.</summary>
    public long CutAfterBytes { get; set; } = long.MaxValue;

    /// <summary>Both ways together; then nothing passes any more, and nothing is closed.</summary>
    public long StallAfterBytes { get; set; } = long.MaxValue;

    /// <summary>Instead of a reset, a plain FIN to both sides.</summary>
    public bool CutsWithFin { get; init; }

    public long Passed => Interlocked.Read(ref _passed);

    /// <summary>Keeps all that passes, as a relay could.</summary>
    public bool IsRecording { get; init; }

    /// <summary>What was kept.</summary>
    public byte[] Recorded
    {
        get
        {
            lock (_recorded)
            {
                return [.. _recorded.SelectMany(direction => direction.ToArray())];
            }
        }
    }

    public void CutNow()
    {
        lock (_sockets)
        {
            foreach (Socket socket in _sockets)
            {
                Cut(socket);
            }
        }
    }

    public void Dispose()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }
        _stop.Cancel();
        _listening.Dispose();
        lock (_sockets)
        {
            _sockets.ForEach(socket => socket.Dispose());
        }
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket near = await _listening.AcceptAsync(_stop.Token);
                var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                near.NoDelay = far.NoDelay = true;
                await far.ConnectAsync(IPAddress.Loopback, _targetPort, _stop.Token);
                lock (_sockets)
                {
                    _sockets.Add(near);
                    _sockets.Add(far);
                }
                _ = Task.Run(() => PassAsync(near, far));
                _ = Task.Run(() => PassAsync(far, near));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
        }
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        var underWay = Channel.CreateBounded<(long Due, byte[] Bytes)>(1024);
        Task deliver = DeliverAsync(underWay.Reader, to);
        try
        {
            byte[] buffer = new byte[64 * 1024];
            int count;
            while ((count = await from.ReceiveAsync(buffer, _stop.Token)) > 0)
            {
                long due = Environment.TickCount64 + (long)Delay.TotalMilliseconds;
                await underWay.Writer.WriteAsync((due, buffer[..count]), _stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
        }
        underWay.Writer.TryComplete();
        await deliver;
    }

    private async Task DeliverAsync(ChannelReader<(long Due, byte[] Bytes)> underWay, Socket to)
    {
        long free = 0;
        MemoryStream? record = NewRecord();
        try
        {
            await foreach ((long due, byte[] bytes) in underWay.ReadAllAsync(_stop.Token))
            {
                long early = due - Environment.TickCount64;
                if (early > 0)
                {
                    await Task.Delay((int)early, _stop.Token);
                }
                if (BytesPerSecond is { } rate)
                {
                    // By the clock: a pause is always a little longer than it was meant to be, and many of them much.
                    free = Math.Max(free, Stopwatch.GetTimestamp() - CatchUp) + (long)((double)bytes.Length / rate * Stopwatch.Frequency);
                    await UntilAsync(free);
                }
                long passed = Interlocked.Add(ref _passed, bytes.Length);
                Record(record, bytes);
                await StallAsync(passed);
                if (passed > CutAfterBytes)
                {
                    CutNow();
                    return;
                }
                await to.SendAsync(bytes, _stop.Token);
            }
            await StallAsync(Passed);
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
        }
    }

    private async ValueTask UntilAsync(long timestamp)
    {
        TimeSpan early = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), timestamp);
        if (early > TimeSpan.Zero)
        {
            await Task.Delay(early, _stop.Token);
        }
    }

    private MemoryStream? NewRecord()
    {
        if (!IsRecording)
        {
            return null;
        }
        MemoryStream record = new();
        lock (_recorded)
        {
            _recorded.Add(record);
        }
        return record;
    }

    private void Record(MemoryStream? record, byte[] bytes)
    {
        lock (_recorded)
        {
            record?.Write(bytes);
        }
    }

    private async Task StallAsync(long passed)
    {
        if (passed > StallAfterBytes)
        {
            await Task.Delay(Timeout.Infinite, _stop.Token);
        }
    }

    private void Cut(Socket socket)
    {
        try
        {
            if (!CutsWithFin)
            {
                socket.LingerState = new LingerOption(true, 0);
                socket.Dispose();
            }
            else
            {
                socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
        }
    }
}
