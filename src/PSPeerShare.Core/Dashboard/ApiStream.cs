using System.Text;
using System.Text.Json;

namespace PSPeerShare.Core.Dashboard;

/// <summary>An answer of JSON lines that goes on while the page reads it. One writer at a time.</summary>
internal sealed class ApiStream(Stream output, ApiCall call) : IAsyncDisposable
{
    private static readonly byte[] LineEnd = "\n"u8.ToArray();

    private readonly MemoryStream _pending = new();

    /// <summary>Bytes that wait for <see cref="FlushAsync"/>.</summary>
    public long Pending => _pending.Length;

    /// <summary>Adds a line.</summary>
    public void Write(object value)
    {
        JsonSerializer.Serialize(_pending, value, value.GetType(), ApiCall.Json);
        _pending.Write(LineEnd);
    }

    /// <summary>Adds a line that is an object with one member, whose value is JSON already.</summary>
    public void Write(string name, ReadOnlySpan<byte> value)
    {
        _pending.Write("{\""u8);
        _pending.Write(Encoding.ASCII.GetBytes(name));
        _pending.Write("\":"u8);
        _pending.Write(value);
        _pending.Write("}\n"u8);
    }

    /// <summary>Sends what was added; a page that does not read it in time is cut off.</summary>
    public async Task FlushAsync()
    {
        if (_pending.Length == 0)
        {
            return;
        }

        using (call.Watch(DashboardLimits.WritePatience))
        {
            await output.WriteAsync(_pending.GetBuffer().AsMemory(0, (int)_pending.Length));
            await output.FlushAsync();
        }

        _pending.SetLength(0);
    }

    public async ValueTask DisposeAsync()
    {
        await _pending.DisposeAsync();
        await output.DisposeAsync();
    }
}
