using System.Runtime.CompilerServices;

namespace PSPeerShare.Tests.Hosting;

/// <summary>Tests say nothing on the networks of the machine they run on, and neither do the processes that they start.</summary>
internal static class NoMulticast
{
    internal const string Variable = "PSPEERSHARE_DISCOVERY";

    [ModuleInitializer]
    internal static void Set() => Environment.SetEnvironmentVariable(Variable, "Off");
}
