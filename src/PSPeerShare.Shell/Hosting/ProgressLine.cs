using System.Globalization;
using System.Management.Automation;

namespace PSPeerShare.Shell.Hosting;

/// <summary>
/// The running activities on one line of the terminal behind standard error. Without a terminal nothing is drawn.
/// </summary>
internal sealed class ProgressLine
{
    private readonly Dictionary<(long Source, int Activity), ProgressRecord> _records = [];
    private bool _isShown;

    private static bool HasTerminal { get; } = !Console.IsErrorRedirected;

    /// <summary>Draws the record, or takes it away when it is completed.</summary>
    public void Show(long sourceId, ProgressRecord record)
    {
        if (!HasTerminal)
        {
            return;
        }

        if (record.RecordType == ProgressRecordType.Completed)
        {
            _records.Remove((sourceId, record.ActivityId));
        }
        else
        {
            _records[(sourceId, record.ActivityId)] = record;
        }

        Clear();

        // The parent says how the whole gets on; its children come and go too fast for one line.
        ProgressRecord? whole = _records.Values.FirstOrDefault(shown => shown.ParentActivityId < 0);
        if (whole is not null)
        {
            string text = Describe(whole);
            int width = Math.Max(Console.WindowWidth, 20) - 1;
            Console.Error.Write(text.Length > width ? text[..width] : text);
            _isShown = true;
        }
    }

    /// <summary>Empties the line so that other text can stand there.</summary>
    public void Clear()
    {
        if (_isShown)
        {
            Console.Error.Write('\r' + new string(' ', Math.Max(Console.WindowWidth, 20) - 1) + '\r');
            _isShown = false;
        }
    }

    private static string Describe(ProgressRecord record)
    {
        string percent = record.PercentComplete >= 0
            ? record.PercentComplete.ToString(CultureInfo.InvariantCulture) + "% "
            : string.Empty;
        string remaining = record.SecondsRemaining >= 0
            ? " " + TimeSpan.FromSeconds(record.SecondsRemaining).ToString("c", CultureInfo.InvariantCulture)
            : string.Empty;
        string operation = string.IsNullOrEmpty(record.CurrentOperation) ? string.Empty : " " + record.CurrentOperation;
        return $"{percent}{record.Activity}: {record.StatusDescription}{remaining}{operation}".ReplaceLineEndings(" ");
    }
}
