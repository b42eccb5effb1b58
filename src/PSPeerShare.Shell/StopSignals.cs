using System.Management.Automation.Runspaces;
using System.Runtime.InteropServices;

namespace PSPeerShare.Shell;

/// <summary>
/// Turns SIGINT (Ctrl+C) and SIGTERM into a clean stop of the running pipeline: cmdlets get their StopProcessing and
/// scripts their finally blocks. A second signal ends the process at once.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly Lock _gate = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private Pipeline? _running;

    public StopSignals()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, 130));
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, 143));
    }

    /// <summary>128 plus the number of the signal that came, if one did.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Names the pipeline that a signal stops, until the result is disposed.</summary>
    /// <param name="pipeline">A pipeline that is about to be invoked.</param>
    public IDisposable Guard(Pipeline pipeline)
    {
        lock (_gate)
        {
            if (ExitCode is not null)
            {
                throw new System.Management.Automation.PipelineStoppedException();
            }

            _running = pipeline;
        }

        return new Release(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
    }

    private void Stop(PosixSignalContext context, int exitCode)
    {
        lock (_gate)
        {
            if (ExitCode is not null)
            {
                return;
            }

            context.Cancel = true;
            ExitCode = exitCode;
            _running?.StopAsync();
        }
    }

    private sealed class Release(StopSignals owner) : IDisposable
    {
        public void Dispose()
        {
            lock (owner._gate)
            {
                owner._running = null;
            }
        }
    }
}
