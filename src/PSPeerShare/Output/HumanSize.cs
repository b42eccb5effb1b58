using System.Globalization;

namespace PSPeerShare.Output;

/// <summary>Sizes, rates and times as people read them. Units are powers of 1024, as in PowerShell's own <c>10MB</c>.</summary>
internal static class HumanSize
{
    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB", "PB", "EB"];

    internal static string Bytes(long bytes)
    {
        double value = bytes;
        int unit = 0;

        // 1023.95 would print as 1024.0.
        while (Math.Abs(value) >= 1023.95 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        string format = unit == 0 || Math.Abs(value) >= 99.95 ? "0" : "0.0";
        return value.ToString(format, CultureInfo.InvariantCulture) + " " + Units[unit];
    }

    internal static string Rate(long bytesPerSecond) => Bytes(bytesPerSecond) + "/s";

    internal static string Time(TimeSpan time) => time.TotalSeconds switch
    {
        < 0.9995 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms"),
        < 59.95 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
        < 86400 => time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture),
        _ => time.ToString(@"d\.hh\:mm\:ss", CultureInfo.InvariantCulture),
    };
}
