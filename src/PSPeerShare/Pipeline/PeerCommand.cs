using System.Management.Automation;
using PSPeerShare.Core;
using PSPeerShare.Errors;

namespace PSPeerShare.Pipeline;

/// <summary>
/// The base of every cmdlet: the pump, the four exits and the way from a failure to an error record. It knows nothing
/// of what a cmdlet does.
/// </summary>
/// <remarks>
/// However the pipeline ends (normally, by Ctrl+C, because a later command has enough, or at the first error under
/// <c>-ErrorAction Stop</c>), running work is cancelled and awaited for a bounded time before the cmdlet returns.
/// </remarks>
public abstract class PeerCommand : PSCmdlet, IDisposable
{
    private readonly Pump pump = new();
    private PeerNode? node;
    private bool isCleanedUp;
    private bool? isVerbose;

    private protected PeerCommand()
    {
        pump.WriteLine = WriteVerbose;
    }

    private protected Pump Pump => pump;

    /// <summary>The node of the home that was current when the command first needed it. Core is loaded then.</summary>
    private protected PeerNode Node => node ??= PeerNode.ForCurrentHome();

    /// <summary>Where asynchronous work leaves its verbose lines, or nothing when nobody will see them.</summary>
    private protected Action<string>? OnStep => IsVerbose ? pump.Step : null;

    private bool IsVerbose => isVerbose ??= ReadIsVerbose();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected sealed override void BeginProcessing() => Run(Begin);

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Run(Process);

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => Run(End);

    /// <inheritdoc/>
    protected sealed override void StopProcessing() => pump.Cancel();

    /// <summary>Ends what a pipeline that was cut short left behind.</summary>
    /// <param name="disposing">Whether the call comes from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            Leave();
        }
    }

    private protected virtual void Begin()
    {
    }

    private protected virtual void Process()
    {
    }

    private protected virtual void End()
    {
    }

    /// <summary>Ends running work; called once, after cancellation, on the pipeline's thread.</summary>
    private protected virtual void CleanUp()
    {
    }

    /// <summary>Does one input's part; a failure becomes an error record and the next input goes on.</summary>
    private protected bool Try(object? target, Action part)
    {
        try
        {
            part();
            return true;
        }
        catch (PeerShareException failure)
        {
            WriteError(ErrorRecords.Create(failure, target));
            return false;
        }
    }

    /// <summary>The failure is the whole command's: nothing more can be done.</summary>
    private protected void Fail(PeerShareException failure, object? target)
    {
        Leave();
        ThrowTerminatingError(ErrorRecords.Create(failure, target));
    }

    private void Run(Action phase)
    {
        try
        {
            phase();
        }
        catch (PeerShareException failure)
        {
            Fail(failure, null);
        }
        catch (OperationCanceledException) when (pump.Token.IsCancellationRequested)
        {
            Leave();
            throw new PipelineStoppedException();
        }
        catch (Exception exception) when (exception is not RuntimeException and not FlowControlException and not IContainsErrorRecord)
        {
            Leave();
            ThrowTerminatingError(ErrorRecords.CreateUnexpected(exception));
        }
        catch
        {
            Leave();
            throw;
        }
    }

    private void Leave()
    {
        if (isCleanedUp)
        {
            return;
        }

        isCleanedUp = true;
        pump.Cancel();
        CleanUp();
    }

    private bool ReadIsVerbose()
    {
        if (MyInvocation.BoundParameters.TryGetValue("Verbose", out object? value))
        {
            return value is SwitchParameter { IsPresent: true };
        }

        return GetVariableValue("VerbosePreference") is not (null or ActionPreference.SilentlyContinue
            or ActionPreference.Ignore or "SilentlyContinue" or "Ignore");
    }
}
