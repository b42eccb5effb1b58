using PSPeerShare.Core.Node;

namespace PSPeerShare.Core.Sessions;

/// <summary>How it stands with one peer whose catalog is followed. Times are ticks of the environment, in milliseconds.</summary>
internal sealed class FollowedPeer(CancellationToken stop)
{
    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(stop);

    /// <summary>The peer as the book has it now.</summary>
    public PeerTarget Target { get; set; } = new("", null, []);

    /// <summary>The listening; over when it has ended, however.</summary>
    public Task Running { get; set; } = Task.CompletedTask;

    /// <summary>Why it is listened to, while it is.</summary>
    public FollowedRole Role { get; set; }

    /// <summary>It is being dialled and has not answered yet.</summary>
    public bool IsDialling { get; set; }

    /// <summary>When to dial it, if it does not come by itself.</summary>
    public long DialAt { get; set; }

    /// <summary>Before that nothing is asked of it.</summary>
    public long NotBefore { get; set; }

    /// <summary>Attempts in a row that came to nothing.</summary>
    public int Failures { get; set; }

    /// <summary>Set when nobody wants its catalog any more.</summary>
    public CancellationToken Ended => _end.Token;

    /// <summary>Nobody wants its catalog any more.</summary>
    public void End() => _end.Cancel();
}
