using System.Collections.Concurrent;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Compact;
using Serilog.Sinks.File;

namespace PSPeerShare.Core.Diagnostics;

/// <summary>
/// Rolling files of JSON lines behind a background writer. Opening one costs nothing: the folder and the first file
/// are made by the first line. The only file that names Serilog.
/// </summary>
/// <remarks>
/// Serilog's file sink counts on sharing modes that Linux does not enforce, and two writers would mix their lines. So
/// each open log holds a lock; the second one in a folder writes to files of its own (<c>node.2-*.json</c>).
/// </remarks>
internal sealed class LogSink : IDisposable
{
    private const int MaximumWriters = 64;

    private static readonly TimeSpan WritePatience = TimeSpan.FromSeconds(5);

    private readonly Lazy<Logger?> logger;
    private readonly ConcurrentDictionary<LogEvent, TaskCompletionSource> awaited = new(ReferenceEqualityComparer.Instance);
    private FileLock? slot;

    /// <param name="options">Folder, level, sizes.</param>
    /// <param name="prefix">How the files' names begin; the date follows.</param>
    /// <param name="isLossless">Whether a full queue makes the caller wait instead of dropping the line.</param>
    public LogSink(EventLogOptions options, string prefix, bool isLossless) =>
        logger = new Lazy<Logger?>(() => Start(options, prefix, isLossless));

    public void Write(PeerLogLevel level, string template, params ReadOnlySpan<(string Name, object? Value)> properties)
    {
        if (logger.Value is { } target)
        {
            target.Write(Bind(level, template, properties));
        }
    }

    /// <summary>The same, and returns when the system has the line: a process that is killed then cannot lose it.</summary>
    public void WriteThrough(PeerLogLevel level, string template, params ReadOnlySpan<(string Name, object? Value)> properties)
    {
        if (logger.Value is not { } target)
        {
            return;
        }

        LogEvent line = Bind(level, template, properties);
        TaskCompletionSource isThere = new(TaskCreationOptions.RunContinuationsAsynchronously);
        awaited[line] = isThere;
        target.Write(line);

        // A disk that hangs must not hang the node; who waits for it has waited long enough.
        isThere.Task.Wait(WritePatience);
        awaited.TryRemove(line, out _);
    }

    private static LogEvent Bind(PeerLogLevel level, string template, ReadOnlySpan<(string Name, object? Value)> properties)
    {
        var bound = new LogEventProperty[properties.Length];
        for (int i = 0; i < properties.Length; i++)
        {
            bound[i] = new LogEventProperty(properties[i].Name, new ScalarValue(properties[i].Value));
        }

        MessageTemplate parsed = Templates.Of(template);
        return new LogEvent(DateTimeOffset.Now, Convert(level), exception: null, parsed, bound);
    }

    /// <summary>Writes out what is queued and closes the file.</summary>
    public void Dispose()
    {
        if (logger.IsValueCreated)
        {
            logger.Value?.Dispose();
            slot?.Dispose();
        }
    }

    private Logger? Start(EventLogOptions options, string prefix, bool isLossless)
    {
        try
        {
            OwnerOnly.MakeFolder(options.Folder, PeerError.HomeUnusable);
        }
        catch (PeerShareException)
        {
            // A node whose log cannot be written still has to work.
            return null;
        }

        string? name = TakeSlot(options.Folder, prefix);
        if (name is null)
        {
            return null;
        }

        string path = Path.Combine(options.Folder, $"{name}-.json");
        return new LoggerConfiguration()
            .MinimumLevel.Verbose()
            .WriteTo.Async(
                background => background
                    .File(
                        new CompactJsonFormatter(),
                        path,
                        fileSizeLimitBytes: options.FileSizeLimitBytes,
                        rollingInterval: RollingInterval.Day,
                        rollOnFileSizeLimit: true,
                        retainedFileCountLimit: options.RetainedFiles,
                        hooks: new OwnerOnlyFiles())
                    .WriteTo.Sink(new Arrivals(awaited)),
                bufferSize: 10_000,
                blockWhenFull: isLossless)
            .CreateLogger();
    }

    private string? TakeSlot(string folder, string prefix)
    {
        for (int writer = 1; writer <= MaximumWriters && slot is null; writer++)
        {
            string name = writer == 1 ? prefix : $"{prefix}.{writer}";
            slot = FileLock.TryTake(Path.Combine(folder, $".{name}.lock"));
            if (slot is not null)
            {
                return name;
            }
        }

        return null;
    }

    private static LogEventLevel Convert(PeerLogLevel level) => level switch
    {
        PeerLogLevel.Verbose => LogEventLevel.Verbose,
        PeerLogLevel.Debug => LogEventLevel.Debug,
        PeerLogLevel.Information => LogEventLevel.Information,
        PeerLogLevel.Warning => LogEventLevel.Warning,
        _ => LogEventLevel.Error,
    };

    private static class Templates
    {
        private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, MessageTemplate> Known =
            new(StringComparer.Ordinal);

        public static MessageTemplate Of(string template) =>
            Known.GetOrAdd(template, static text => new Serilog.Parsing.MessageTemplateParser().Parse(text));
    }

    /// <summary>Comes after the file, which hands each line to the system at once.</summary>
    private sealed class Arrivals(ConcurrentDictionary<LogEvent, TaskCompletionSource> awaited) : ILogEventSink
    {
        public void Emit(LogEvent logEvent)
        {
            if (awaited.TryRemove(logEvent, out TaskCompletionSource? isThere))
            {
                isThere.TrySetResult();
            }
        }
    }

    private sealed class OwnerOnlyFiles : FileLifecycleHooks
    {
        public override Stream OnFileOpened(string path, Stream underlyingStream, System.Text.Encoding encoding)
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, OwnerOnly.FileMode);
            }

            return underlyingStream;
        }
    }
}
