namespace PSPeerShare.Core.Dashboard;

/// <summary>Why a call is refused, as the page is told.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Error">A stable name.</param>
/// <param name="Message">A sentence for the user.</param>
/// <param name="Action">What the user can do about it.</param>
internal sealed record ApiFault(int Status, string Error, string Message, string? Action = null);

/// <summary>Ends a call with a fault.</summary>
internal sealed class ApiFaultException(ApiFault fault) : Exception(fault.Message)
{
    public ApiFaultException(int status, string error, string message)
        : this(new ApiFault(status, error, message))
    {
    }

    public ApiFault Fault { get; } = fault;

    /// <summary>The call's content is not what the call takes.</summary>
    public static ApiFaultException Invalid(string message) => new(400, "RequestInvalid", message);
}
