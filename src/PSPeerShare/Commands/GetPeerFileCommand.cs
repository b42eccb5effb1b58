using System.Management.Automation;
using PSPeerShare.Binding;
using PSPeerShare.Core;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Errors;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Fetches files from peers: what Find-PeerFile found, what a path means, or a content by its hash.</summary>
[Cmdlet(VerbsCommon.Get, "PeerFile", DefaultParameterSetName = InputObjectSet, SupportsShouldProcess = true)]
[OutputType(typeof(PeerTransfer))]
public sealed partial class GetPeerFileCommand : PeerCommand
{
    private FetchDestination? destination;
    private TransferRun<RemoteFile>? run;

    private protected override void Begin()
    {
        if (Force && NewName)
        {
            throw new PSArgumentException("-Force and -NewName exclude each other.", nameof(NewName));
        }

        if (ParameterSetName == PathSet && Path.Length + LiteralPath.Length == 0)
        {
            throw new PSArgumentException(
                "Say which files of the peer: -Path share/folder/name, or -LiteralPath. Find-PeerFile <name> | Get-PeerFile fetches what any peer has.", nameof(Path));
        }

        destination = FetchDestination.Of(this, Destination, MayBringSeveral);
    }

    private protected override void Process()
    {
        switch (ParameterSetName)
        {
            case PathSet:
                // One error when there is no such peer, and not one a path.
                foreach (PeerTarget holder in PeerTargets.Resolve(Node, [Peer!], WriteError))
                {
                    foreach (RemotePath path in Paths)
                    {
                        Try(path.Typed, () => AddPath(holder, path));
                    }
                }

                break;
            case TicketSet:
                foreach (RemotePath path in Paths)
                {
                    Try(path.Typed, () => AddByTicket(path));
                }

                if (Path.Length + LiteralPath.Length == 0)
                {
                    Try("ticket", AddAllOfTicket);
                }

                break;
            case HashSet:
                foreach (string hash in Hash)
                {
                    Try(hash, () => AddHash(hash));
                }

                break;
            default:
                foreach (PeerFile file in InputObject)
                {
                    Try(file, () => Add(file.ToCore(), 1));
                }

                break;
        }
    }

    private protected override void End()
    {
        run?.Finish();
        run = null;
    }

    private protected override void CleanUp()
    {
        run?.Close();
        run = null;
    }

    private bool MayBringSeveral => ParameterSetName switch
    {
        PathSet or TicketSet =>
            Path.Length + LiteralPath.Length != 1 || Recurse || Path.Any(PeerNode.HasWildcard),
        HashSet => Hash.Length > 1,
        _ => MyInvocation.ExpectingInput || InputObject.Length > 1,
    };

    private IEnumerable<RemotePath> Paths => [.. Path.Select(RemotePath.Of), .. LiteralPath.Select(RemotePath.Literally)];

    private void AddPath(PeerTarget holder, RemotePath path) =>
        AddAll(path, token => Node.ExpandAsync(holder, path.Pattern, Recurse, destination!.MayHoldSome, token));

    private void AddByTicket(RemotePath path) =>
        AddAll(path, token => Node.ExpandByTicketAsync(Ticket!.Text, path.Pattern, Recurse, destination!.MayHoldSome, token));

    private void AddAll(RemotePath path, Func<CancellationToken, IAsyncEnumerable<RemoteFile>> list)
    {
        int leading = PeerNode.LeadingSegments(path.Pattern, Recurse);
        try
        {
            foreach (RemoteFile file in Pump.Pull(list))
            {
                Add(file, leading);
            }
        }
        catch (PeerShareException failure) when (failure.Target == path.Pattern && path.Pattern != path.Typed)
        {
            throw new PeerShareException(failure.Error, path.Typed, failure.Detail, failure);
        }
    }

    private void AddAllOfTicket()
    {
        var options = new FindOptions { OnStep = OnStep };
        foreach (SearchResult found in Pump.Pull(token => Node.FindFilesByTicketAsync(Ticket!.Text, options, token)))
        {
            Add(found.File ?? throw found.Failure!, 1);
        }
    }

    private void AddHash(string hash)
    {
        var options = new FindOptions
        {
            Hash = Hashes.Parse(hash),
            IsOneEnough = true,
            Peers = Peer is null ? [] : [Node.ResolvePeer(Peer.Text)],
            OnStep = OnStep,
        };
        PeerShareException? failure = null;
        foreach (SearchResult result in Pump.Pull(token => Node.FindFilesAsync(options, token)))
        {
            if (result.File is not null)
            {
                // The content is the same wherever it comes from.
                Add(result.File, int.MaxValue);
                return;
            }

            failure = result.Failure;
        }

        throw new PeerShareException(PeerError.FileNotFound, hash, Why(failure), failure);
    }

    // Nobody has it as far as could be seen: what kept somebody from looking everywhere may be why.
    private string? Why(PeerShareException? failure) =>
        failure is not null ? ErrorText.Message(failure.Error, failure.Target, failure.Detail)
        : Peer is null && Node.GetPeers().Count == 0 ? "there is no peer to ask; Add-Peer trusts one"
        : null;

    private void Add(RemoteFile file, int leadingSegments)
    {
        string source = Core.Diagnostics.Printable.Escape($"{file.Peer}:{file.SharePath}");
        if (ShouldProcess(source, $"Copy {HumanSize.Bytes(file.Length)} to {destination!.FullPath}"))
        {
            run ??= new TransferRun<RemoteFile>(this, Pump, Node.BeginFetch(Options()), "Fetching files");
            run.Add(file, leadingSegments);
        }
        else
        {
            run?.Drain();
        }
    }

    private FetchOptions Options() => new()
    {
        Destination = destination!.FullPath,
        DestinationIsFolder = destination.IsFolder,
        Force = Force,
        NewName = NewName,
        Flatten = Flatten,
        Durable = Durable,
        ByContent = ParameterSetName == HashSet,
        NoTimestamp = NoTimestamp,
        ThrottleLimit = ThrottleLimit,
        MaxSources = MaxSources,
        RateLimit = RateLimit,
        OnStep = OnStep,
    };
}
