using System.Management.Automation;
using PSPeerShare.Core;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Output;

namespace PSPeerShare.Errors;

/// <summary>The only place that makes error records, so that id, words, category and target always agree.</summary>
internal static class ErrorRecords
{
    /// <summary>A failure that Core names.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="target">What the user gave; the failure's own target when absent.</param>
    internal static ErrorRecord Create(PeerShareException failure, object? target = null) =>
        Create(failure.Error, failure.Target ?? target?.ToString(), failure.Detail, target ?? failure.Target, failure);

    /// <summary>A failure that the cmdlets find themselves.</summary>
    internal static ErrorRecord Create(PeerError error, string target, string? detail = null, Exception? inner = null) =>
        Create(error, target, detail, target, inner);

    /// <summary>A transfer that did not deliver. Its target is what became of it, so that scripts can try again.</summary>
    internal static ErrorRecord Create(TransferInfo transfer)
    {
        PeerShareException? failure = transfer.Error;
        PeerTransfer target = transfer.ToOutput();
        return Create(
            failure?.Error ?? PeerError.TransferStopped,
            ErrorSubject.Of(transfer),
            failure?.Detail,
            target,
            failure);
    }

    /// <summary>A failure that nobody foresaw.</summary>
    internal static ErrorRecord CreateUnexpected(Exception exception) =>
        Create(PeerError.Unexpected, exception.GetType().Name, exception.Message, null, exception);

    private static ErrorRecord Create(PeerError error, string? target, string? detail, object? targetObject, Exception? inner)
    {
        string id = error.ToString();
        string message = ErrorText.Message(error, target, detail);
        var exception = new PeerFailureException(id, message, target, detail, inner);
        return new ErrorRecord(exception, id, ErrorCategories.Of(error), targetObject)
        {
            ErrorDetails = new ErrorDetails(message) { RecommendedAction = ErrorText.Action(error) },
        };
    }
}
