using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

public sealed class WriterTasksTests : IDisposable
{
    private readonly SemaphoreSlim _slots = new(1);

    public void Dispose() => _slots.Dispose();

    [Fact]
    public async Task A_small_file_that_fails_lets_those_behind_it_have_their_turn()
    {
        WriterTasks writers = new(_slots);
        int written = 0;
        for (int i = 0; i < 100; i++)
        {
            // More than there are tasks that write.
            bool isBad = i < 8;
            Assert.True(await writers.RoomForSmallAsync(CancellationToken.None));
            writers.Enqueue(() =>
            {
                Interlocked.Increment(ref written);
                return isBad ? throw new InvalidOperationException("bad") : Task.CompletedTask;
            });
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => writers.WhenAll().Within());
        Assert.Equal(100, written);
        Assert.Equal(1, _slots.CurrentCount);
    }

    [Fact]
    public async Task Small_files_that_nobody_writes_are_not_taken_without_end()
    {
        WriterTasks writers = new(_slots);
        await _slots.WaitAsync();

        int taken = 0;
        while (taken < 1_000_000 && writers.RoomForSmallAsync(CancellationToken.None) is { IsCompleted: true })
        {
            writers.Enqueue(() => Task.CompletedTask);
            taken++;
        }

        Assert.InRange(taken, 1, 10_000);
        _slots.Release();
        await writers.WhenAll().Within();
    }

    [Fact]
    public async Task Small_files_wait_for_a_slot_and_give_it_back()
    {
        WriterTasks writers = new(_slots);
        await _slots.WaitAsync();
        TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        writers.Enqueue(() =>
        {
            written.SetResult();
            return Task.CompletedTask;
        });

        Assert.False(written.Task.IsCompleted);
        _slots.Release();

        await written.Task.Within();
        await writers.WhenAll().Within();
        Assert.Equal(1, _slots.CurrentCount);
    }
}
