using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>Who looks at the transfers again and again gets what is new, and the rest as it was.</summary>
public sealed class TransferListingTests : IAsyncDisposable
{
    private const int Limit = 5;
    private const string Gone = "1:1:another-boot";

    private static readonly DateTimeOffset Noon = DateTimeOffset.UtcNow.AddHours(-3);

    private readonly TempFolder _folder = new();
    private readonly NodeStore _here;
    private readonly NodeStore _elsewhere;
    private readonly TransferBook _book;
    private readonly ITransferListing _listing;

    public TransferListingTests()
    {
        OwnerOnly.EnsureFolder(_folder["home"], PeerError.HomeUnusable);
        _here = NodeStore.Open(_folder["home"]);
        _elsewhere = NodeStore.Open(_folder["home"]);
        _book = new TransferBook(_here.Transfers, EventLog.Null);
        _listing = _book.Watch(Limit);
    }

    [Fact]
    public void While_nothing_ends_it_is_the_same_list_and_what_ends_is_added_to_it()
    {
        _elsewhere.Transfers.Put(Ended("a", 1), Ended("b", 2));
        IReadOnlyList<TransferInfo> first = _listing.Look().Ended;
        Assert.Same(first, _listing.Look().Ended);

        _elsewhere.Transfers.Put(Ended("c", 3));

        IReadOnlyList<TransferInfo> second = _listing.Look().Ended;
        Assert.Equal(["c", "b", "a"], second.Select(t => t.Id));
        Assert.Same(first[0], second[1]);
        Assert.Same(first[1], second[2]);
    }

    [Fact]
    public void A_transfer_of_another_session_moves_on_and_ends()
    {
        _elsewhere.Transfers.Put(Running("a", 10, ProcessMark.Current.ToString()));
        Assert.Equal(10, Assert.Single(_listing.Look().Running).BytesTransferred);

        _elsewhere.Transfers.Put(Running("a", 20, ProcessMark.Current.ToString()));
        Assert.Equal(20, Assert.Single(_listing.Look().Running).BytesTransferred);

        _elsewhere.Transfers.Put(Ended("a", 1));
        TransferSight last = _listing.Look();
        Assert.Empty(last.Running);
        Assert.Equal(TransferStatus.Completed, Assert.Single(last.Ended).Status);
    }

    [Fact]
    public void An_end_is_found_also_when_the_clock_was_set_meanwhile()
    {
        _elsewhere.Transfers.Put(Running("a", 10, ProcessMark.Current.ToString()));
        Assert.Single(_listing.Look().Running);

        _elsewhere.Transfers.Put(Ended("a", 1) with { Ended = Noon.AddDays(-7) });

        Assert.Equal("a", Assert.Single(_listing.Look().Ended).Id);
    }

    [Fact]
    public void One_that_ended_and_is_resumed_runs_and_is_not_among_the_ended()
    {
        _elsewhere.Transfers.Put(Ended("a", 1) with { Status = nameof(TransferStatus.Stopped) });
        Assert.Single(_listing.Look().Ended);

        _elsewhere.Transfers.Put(Running("a", 30, ProcessMark.Current.ToString()));

        TransferSight again = _listing.Look();
        Assert.Equal("a", Assert.Single(again.Running).Id);
        Assert.Empty(again.Ended);
    }

    [Fact]
    public void One_whose_process_is_gone_was_interrupted()
    {
        _elsewhere.Transfers.Put(Running("a", 10, Gone));

        IReadOnlyList<TransferInfo> first = _listing.Look().Ended;

        Assert.Equal(TransferStatus.Interrupted, Assert.Single(first).Status);
        _elsewhere.Transfers.Put(Ended("b", 1));
        Assert.Same(first[0], _listing.Look().Ended.Single(t => t.Id == "a"));
    }

    [Fact]
    public void What_runs_here_is_told_without_the_history_and_its_end_is_new()
    {
        TransferRecord record = new(TransferDirection.Receive, "x.iso", "s/x.iso", "nas01", default, 50_000_000);
        record.Begin();
        _book.Started(record);
        record.AddBytes(7);
        Assert.Equal(7, Assert.Single(_listing.Look().Running).BytesTransferred);

        _book.Ended(record.End(TransferStatus.Completed, null, null), null);

        TransferSight last = _listing.Look();
        Assert.Empty(last.Running);
        Assert.Equal(record.Id, Assert.Single(last.Ended).Id);
    }

    [Fact]
    public void What_was_made_up_for_goes_or_cannot_be_begun_again()
    {
        TransferRow cut = Ended("cut", 1) with { Status = nameof(TransferStatus.Interrupted), Recipe = "r", Peer = new byte[32], SharePath = "s/x" };
        _elsewhere.Transfers.Put(cut, cut with { Id = "stopped", Status = nameof(TransferStatus.Stopped) }, Ended("other", 2));
        Assert.Equal(2, _listing.Look().Ended.Count(t => t.CanResume));

        _elsewhere.Transfers.Supersede([cut with { Id = "done", LocalPath = cut.LocalPath }], static _ => false);

        IReadOnlyList<TransferInfo> last = _listing.Look().Ended;
        Assert.Equal(["other", "stopped"], last.Select(t => t.Id));
        Assert.DoesNotContain(last, t => t.CanResume);
    }

    [Fact]
    public void Only_the_newest_are_kept()
    {
        _elsewhere.Transfers.Put([.. Enumerable.Range(0, Limit).Select(i => Ended($"{i}", i))]);
        Assert.Equal(Limit, _listing.Look().Ended.Count);

        _elsewhere.Transfers.Put(Ended("new", 50));

        Assert.Equal(["new", "4", "3", "2", "1"], _listing.Look().Ended.Select(t => t.Id));
    }

    public async ValueTask DisposeAsync()
    {
        await _book.DisposeAsync();
        _elsewhere.Dispose();
        _here.Dispose();
        _folder.Dispose();
    }

    private static TransferRow Ended(string id, int minute) => Running(id, 100, null) with
    {
        Status = nameof(TransferStatus.Completed), Started = Noon.AddMinutes(minute), Ended = DateTimeOffset.UtcNow,
    };

    private static TransferRow Running(string id, long bytes, string? process) => new()
    {
        Id = id,
        Direction = nameof(TransferDirection.Receive),
        PeerName = "nas01",
        SharePath = $"s/{id}",
        LocalPath = $"/in/{id}",
        Length = 100,
        Bytes = bytes,
        Status = nameof(TransferStatus.Running),
        Started = Noon,
        Process = process,
    };
}
