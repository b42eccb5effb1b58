using System.Runtime.CompilerServices;
using PSPeerShare.Core.Hosting;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>
/// Tests say nothing on the networks of the machine they run on, and neither do the processes that they start. A test
/// that wants discovery gives its nodes a scope of loopback.
/// </summary>
internal static class NoMulticast
{
    [ModuleInitializer]
    internal static void Set() => Environment.SetEnvironmentVariable(DiscoveryScope.Variable, "Off");
}
