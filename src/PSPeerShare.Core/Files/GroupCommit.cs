namespace PSPeerShare.Core.Files;

/// <summary>
/// Gives files their names durably, many at a time: what arrives while one batch waits for the disk is the next batch.
/// All of a batch is on its way to the disk before the first file of it is waited for, and each folder is synced once.
/// It answers for a file only when content and name are on stable storage (R1), and a file whose content cannot be
/// synced gets no name (R2).
/// </summary>
/// <remarks>
/// Any thread. Each file is synced by itself, since only that tells what became of it on every file system and kernel;
/// what is saved is waiting, and the syncs of the folder.
/// </remarks>
internal sealed class GroupCommit
{
    /// <summary>The most files of one batch; all of them are open.</summary>
    public const int MostFiles = 64;

    // Each waits for the disk, and a journal takes those that wait together along.
    private static readonly ParallelOptions s_syncing = new() { MaxDegreeOfParallelism = 16 };

    private readonly Lock _gate = new();
    private readonly Queue<Member> _waiting = new();
    private bool _isRunning;

    /// <summary>Names a file, which its owner keeps open until the answer.</summary>
    /// <returns>The last segment that was used.</returns>
    /// <exception cref="PeerShareException">What <see cref="StagedFile.Commit"/> says.</exception>
    public Task<string> CommitAsync(StagedFile file, string[] target, CommitMode mode, long? modifiedUnixNs)
    {
        Member member = new(file, target, mode, modifiedUnixNs);
        lock (_gate)
        {
            _waiting.Enqueue(member);
            if (!_isRunning)
            {
                _isRunning = true;
                _ = Task.Run(Work);
            }
        }

        return member.Answer.Task;
    }

    private void Work()
    {
        List<Member> batch = [];
        while (TryTake(batch))
        {
            batch.ForEach(static m => m.Try(static m => m.File.Prepare(m.ModifiedUnixNs)));
            Parallel.ForEach(batch, s_syncing, static m => m.Try(static m => m.File.Sync()));
            batch.ForEach(static m => m.Try(static m => m.Name()));
            foreach (IGrouping<object, Member> named in batch.Where(static m => m.Failure is null).GroupBy(static m => m.File.NamedIn ?? m))
            {
                Member first = named.First();
                first.Try(static m => m.File.SyncName());
                foreach (Member member in named)
                {
                    // The system tells each failure once, and it may be about any of these names.
                    member.Failure ??= first.Failure;
                }
            }

            batch.ForEach(static m => m.End());
        }
    }

    private bool TryTake(List<Member> batch)
    {
        batch.Clear();
        lock (_gate)
        {
            while (batch.Count < MostFiles && _waiting.TryDequeue(out Member? next))
            {
                batch.Add(next);
            }

            return _isRunning = batch.Count > 0;
        }
    }

    private sealed class Member(StagedFile file, string[] target, CommitMode mode, long? modifiedUnixNs)
    {
        private string _finalName = target[^1];

        public StagedFile File => file;

        public long? ModifiedUnixNs => modifiedUnixNs;

        public Exception? Failure { get; set; }

        public TaskCompletionSource<string> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Name() => file.CommitSynced(target, mode, modifiedUnixNs, out _finalName);

        /// <summary>Takes the next step of a file that has not failed yet; the others of the batch go on in any case.</summary>
        public void Try(Action<Member> step)
        {
            if (Failure is not null)
            {
                return;
            }

            try
            {
                step(this);
            }
            catch (Exception e)
            {
                Failure = e;
            }
        }

        public void End()
        {
            if (Failure is null)
            {
                Answer.SetResult(_finalName);
            }
            else
            {
                Answer.SetException(Failure);
            }
        }
    }
}
