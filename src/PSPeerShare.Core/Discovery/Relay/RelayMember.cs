using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Discovery.Servers;

namespace PSPeerShare.Core.Discovery.Relay;

/// <summary>
/// Keeps this node joined to a relay, and hands over the streams of those who come through it. It knows nothing of
/// who they are: the TLS handshake inside tells.
/// </summary>
/// <remarks>When the standing connection ends, so does every session at the relay: it is kept as long as the node runs.</remarks>
internal sealed class RelayMember(ServerAddress relay, SslStreamCertificateContext certificate, Action<Socket> accept, EventLog log)
{
    private const int OpenInvitations = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    // The relay asks every minute whether anybody is there.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(150);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(2);

    private int _invitations;

    public ServerAddress Relay => relay;

    /// <summary>Whether others can come through it now.</summary>
    public bool IsJoined { get; private set; }

    /// <summary>Why it could not be joined or was left, printable; nothing while it is joined.</summary>
    public string? Problem { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        TimeSpan retry = FirstRetry;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await StayAsync(() => retry = FirstRetry, cancellationToken);
            }
            catch (Exception e) when (e is IOException or SocketException or AuthenticationException or OperationCanceledException)
            {
                if (!cancellationToken.IsCancellationRequested)
                {
                    Problem = e is OperationCanceledException ? "it does not answer" : Printable.Escape(e.Message, 200);
                    log.Warning($"relay {relay.Host}:{relay.Port}: {Problem}");
                }
            }

            IsJoined = false;
            await Task.Delay(retry * (0.75 + (Random.Shared.NextDouble() / 2)), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            retry = retry * 2 < LastRetry ? retry * 2 : LastRetry;
        }
    }

    private async Task StayAsync(Action joined, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using RelayLink link = await RelayLink.ConnectAsync(relay, certificate, patience.Token);
        await link.SendAsync(RelayMessage.JoinRelay, patience.Token);
        while (true)
        {
            RelayMessage message = await link.ReceiveAsync(patience.Token);
            patience.CancelAfter(IsJoined ? Silence : Patience);
            if (message.TryReadResponse(out int code))
            {
                IsJoined = code == 0 ? true : throw new IOException(code == 2 ? "this node is joined there already" : $"joining was refused: {code}");
                Problem = null;
                patience.CancelAfter(Silence);
                joined();
            }
            else if (message.Type == RelayType.Ping)
            {
                await link.SendAsync(RelayMessage.Pong, patience.Token);
            }
            else if (message.TryReadInvitation(out RelayInvitation? invitation))
            {
                // Without a place for it the one who waits gives up by itself.
                if (invitation.IsServer && Volatile.Read(ref _invitations) < OpenInvitations)
                {
                    Interlocked.Increment(ref _invitations);
                    _ = TakeAsync(link, invitation, cancellationToken);
                }
            }
            else if (message.Type == RelayType.Full)
            {
                throw new IOException("it is full");
            }
        }
    }

    private async Task TakeAsync(RelayLink link, RelayInvitation invitation, CancellationToken cancellationToken)
    {
        try
        {
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(Patience);
            accept(await link.OpenAsync(invitation, patience.Token));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            log.Detail($"a session through relay {relay.Host}:{relay.Port} did not open: {e.Message}");
        }
        finally
        {
            Interlocked.Decrement(ref _invitations);
        }
    }
}
