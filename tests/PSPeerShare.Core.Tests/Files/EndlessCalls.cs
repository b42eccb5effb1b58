using System.Globalization;
using System.Text;
using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Tests.Files;

/// <summary>A folder with as many entries as wanted, which needs no disk.</summary>
internal sealed class EndlessCalls(int entries) : LinuxFileCalls
{
    private const int HeaderBytes = 19;
    private int _made;

    public int Reads { get; private set; }

    public override int GetEntries(int folder, Span<byte> buffer)
    {
        Reads++;
        int filled = 0;
        while (_made < entries && buffer.Length - filled >= 64)
        {
            Span<byte> record = buffer.Slice(filled, 40);
            record.Clear();
            BitConverter.TryWriteBytes(record[16..], (ushort)record.Length);
            record[18] = 8;
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"file{_made++}"), record[HeaderBytes..]);
            filled += record.Length;
        }

        return filled;
    }

    public override int Stat(int folder, ReadOnlySpan<byte> name, out UnixStat stat)
    {
        if (!name.StartsWith("file"u8))
        {
            return base.Stat(folder, name, out stat);
        }

        stat = new UnixStat(0x81A4, 0, 1, 0, 0, 1, 1);
        return 0;
    }
}
