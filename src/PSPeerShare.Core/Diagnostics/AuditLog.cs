using System.Globalization;

namespace PSPeerShare.Core.Diagnostics;

/// <summary>
/// Who did what to which file: one JSON line each in <c>audit-*.json</c>. A line is never dropped; a caller that is
/// faster than the disk waits. Any thread.
/// </summary>
internal sealed class AuditLog : IDisposable, IAsyncDisposable
{
    private const string Template = "{Operation} {Result}: {Peer} {Share} {Path}";

    // What was refused is named by whoever asked for it, at no cost of theirs.
    private const int RefusedPathCharacters = 256;

    private readonly RefusalTally refusals;
    private volatile LogSink? sink;

    private AuditLog(LogSink? sink, TimeProvider? clock = null)
    {
        this.sink = sink;
        refusals = new RefusalTally(clock ?? TimeProvider.System, (operation, peer, count) =>
            Write(operation, peer, null, null, null, 0, null, $"{count.ToString(CultureInfo.InvariantCulture)} more refusals"));
    }

    /// <summary>An audit that keeps nothing.</summary>
    public static AuditLog Null { get; } = new(sink: null);

    public static AuditLog Open(EventLogOptions options, TimeProvider? clock = null) => new(new LogSink(options, "audit", isLossless: true), clock);

    /// <summary>Writes to another folder from now on; an audit that keeps nothing stays so.</summary>
    public void Redirect(EventLogOptions options)
    {
        if (sink is { } old)
        {
            sink = new LogSink(options, "audit", isLossless: true);
            old.Dispose();
        }
    }

    /// <summary>Writes one line.</summary>
    /// <param name="operation">What was asked for: fetch, push, browse, redeem.</param>
    /// <param name="peer">The node id, or what else says who asked.</param>
    /// <param name="endpoint">The address it came from.</param>
    /// <param name="share">The share's name.</param>
    /// <param name="path">The path below the share.</param>
    /// <param name="bytes">Bytes that moved.</param>
    /// <param name="hash">The content.</param>
    /// <param name="result">How it ended.</param>
    public void Write(
        string operation, object? peer, object? endpoint, string? share, string? path, long bytes, object? hash, string result) =>
        sink?.Write(PeerLogLevel.Information, Template, Properties(operation, peer, endpoint, share, path, bytes, hash, result));

    /// <summary>
    /// Writes that somebody is about to get a right or to lose one, and returns when the line is with the system: no
    /// grant takes effect of which the audit does not know.
    /// </summary>
    /// <param name="operation">What gives it: redeem, pair, trust, allow, share, remove.</param>
    /// <param name="peer">The node id.</param>
    /// <param name="endpoint">The address that it came from; none when the home's owner gives it.</param>
    /// <param name="share">The share to which it is limited.</param>
    /// <param name="path">The path below that share.</param>
    /// <param name="result">What is granted.</param>
    public void Grant(string operation, object? peer, object? endpoint, string? share, string? path, string result) =>
        sink?.WriteThrough(PeerLogLevel.Information, Template, Properties(operation, peer, endpoint, share, path, 0, null, result));

    /// <summary>
    /// Writes that something was refused, or that nothing came of it; of many in one minute the first of each peer, and
    /// then how many they were.
    /// </summary>
    public void Refuse(string operation, object peer, object? endpoint, string? share, string? path, string result)
    {
        if (sink is not null && refusals.Take(operation, peer.ToString() ?? ""))
        {
            Write(operation, peer, endpoint, Bound(share), Bound(path), 0, null, result);
        }
    }

    /// <summary>
    /// The same for someone who is not trusted: a stranger makes itself a new id whenever it likes, so all of them
    /// count as one, apart for each reason. What takes a secret to achieve is not hidden behind guesses that take none.
    /// </summary>
    public void RefuseStranger(string operation, object peer, object? endpoint, string result)
    {
        if (sink is not null && refusals.Take(operation, $"strangers ({result})"))
        {
            Write(operation, peer, endpoint, null, null, 0, null, result);
        }
    }

    public void Dispose()
    {
        refusals.Dispose();
        sink?.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static (string Name, object? Value)[] Properties(
        string operation, object? peer, object? endpoint, string? share, string? path, long bytes, object? hash, string result) =>
    [
        ("Operation", LogText.Clean(operation)),
        ("Peer", LogText.Of(peer)),
        ("Endpoint", LogText.Of(endpoint)),
        ("Share", LogText.Of(share)),
        ("Path", LogText.Of(path)),
        ("Bytes", bytes),
        ("Hash", LogText.Of(hash)),
        ("Result", LogText.Clean(result)),
    ];

    private static string? Bound(string? name)
    {
        string shown = Printable.Escape(name, RefusedPathCharacters);
        return name is null ? null : shown.Length <= RefusedPathCharacters ? shown : Printable.Escape(shown, RefusedPathCharacters);
    }
}
