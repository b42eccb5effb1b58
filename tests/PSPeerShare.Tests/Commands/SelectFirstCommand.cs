using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Reflection;

namespace PSPeerShare.Tests.Commands;

/// <summary>
/// Ends the pipeline before it after the first object, by the exception that <c>Select-Object -First</c> throws; the
/// cmdlet itself is not in every host.
/// </summary>
[Cmdlet(VerbsCommon.Select, "FirstOne")]
public sealed class SelectFirstCommand : PSCmdlet
{
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    protected override void ProcessRecord()
    {
        WriteObject(InputObject);
        Type stop = typeof(PSCmdlet).Assembly.GetType("System.Management.Automation.StopUpstreamCommandsException", throwOnError: true)!;
        ConstructorInfo constructor = stop.GetConstructor(
            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, [typeof(InternalCommand)])!;
        throw (Exception)constructor.Invoke([this]);
    }
}
