using System.Collections;
using System.Reflection;

namespace PSPeerShare.Tests.Hosting;

/// <summary>The nodes of this process. In a session they live as long as their process, in tests as long as their home.</summary>
internal static class RunningNodes
{
    /// <summary>Closes every node, with its store and its log.</summary>
    public static void Close()
    {
        Type? node = AppDomain.CurrentDomain.GetAssemblies()
            .SingleOrDefault(assembly => assembly.GetName().Name == "PSPeerShare.Core")?
            .GetType("PSPeerShare.Core.PeerNode", throwOnError: true);
        var nodes = (IDictionary?)node?.GetField("Nodes", BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null);
        foreach (object made in nodes?.Values.Cast<object>().ToArray() ?? [])
        {
            var open = (IAsyncDisposable)made.GetType().GetProperty("Value")!.GetValue(made)!;
            Assert.True(open.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(30)), "a node did not close");
        }
    }
}
