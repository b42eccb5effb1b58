namespace PSPeerShare.Core.Diagnostics;

/// <summary>
/// The node's log: one method for each named and numbered event, written as JSON lines to <c>node-*.json</c>. It
/// escapes every text, hides tickets, and knows nothing of the types it is given but their written form. A log that
/// cannot be written never stops the node. Any thread.
/// </summary>
/// <remarks>The events are in <c>EventLog.Events.cs</c>; numbers are stable, a block of a thousand for each concern.</remarks>
internal sealed partial class EventLog : IDisposable, IAsyncDisposable
{
    private volatile LogSink? sink;
    private volatile PeerLogLevel level;

    private EventLog(LogSink? sink, PeerLogLevel level)
    {
        this.sink = sink;
        this.level = level;
    }

    /// <summary>Told of every event, also of those below the log's level: level, and the line as people read it.</summary>
    public event Action<PeerLogLevel, string>? Written;

    /// <summary>A log that keeps nothing.</summary>
    public static EventLog Null { get; } = new(sink: null, PeerLogLevel.Error);

    /// <summary>A log in the folder. Nothing is made or opened before the first event.</summary>
    public static EventLog Open(EventLogOptions options) =>
        new(new LogSink(options, "node", isLossless: false), options.Level);

    /// <summary>Writes to another folder or with another level from now on; a log that keeps nothing stays so.</summary>
    public void Redirect(EventLogOptions options)
    {
        if (sink is { } old)
        {
            level = options.Level;
            sink = new LogSink(options, "node", isLossless: false);
            old.Dispose();
        }
    }

    /// <summary>Whether an event of this level would reach anyone.</summary>
    public bool IsEnabled(PeerLogLevel eventLevel) =>
        (sink is not null && eventLevel >= level) || Written is not null;

    public void Dispose() => sink?.Dispose();

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void Write(
        PeerLogLevel eventLevel,
        int number,
        string name,
        string template,
        params ReadOnlySpan<(string Name, object? Value)> properties)
    {
        if (!IsEnabled(eventLevel))
        {
            return;
        }

        var all = new (string Name, object? Value)[properties.Length + 2];
        all[0] = ("Event", name);
        all[1] = ("EventNumber", number);
        for (int i = 0; i < properties.Length; i++)
        {
            all[i + 2] = (properties[i].Name, LogText.Of(properties[i].Value));
        }

        if (eventLevel >= level)
        {
            sink?.Write(eventLevel, template, all);
        }

        Written?.Invoke(eventLevel, EventLine.Render(template, all));
    }
}
