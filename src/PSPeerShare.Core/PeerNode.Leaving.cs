namespace PSPeerShare.Core;

// A session that ends says goodbye to those it is connected with, so that they need not take it for a cut.
public sealed partial class PeerNode
{
    /// <summary>What the end of a process may wait for others; a round trip is enough.</summary>
    private static readonly TimeSpan FarewellPatience = TimeSpan.FromMilliseconds(500);

    private static int s_takesLeave;

    private static void TakeLeaveAtExit()
    {
        if (Interlocked.Exchange(ref s_takesLeave, 1) == 0)
        {
            AppDomain.CurrentDomain.ProcessExit += static (_, _) => TakeLeave();
        }
    }

    private static void TakeLeave()
    {
        PeerNode[] nodes = [.. Nodes.Values.Where(node => node.IsValueCreated).Select(node => node.Value)];
        try
        {
            Task.WhenAll(nodes.Select(node => node._services.Sessions.DisposeAsync().AsTask())).Wait(FarewellPatience);
        }
        catch (AggregateException)
        {
            // The process ends in any case.
        }
    }
}
