namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>One question that the benchmark answers with a table.</summary>
/// <param name="name">By which it is chosen on the command line.</param>
/// <param name="weight">Its share of the whole time, against the weights of the others.</param>
internal abstract class Scenario(string name, int weight)
{
    public string Name => name;

    public int Weight => weight;

    /// <summary>Makes what has to be there before the serving processes start.</summary>
    public virtual void Prepare(Arena arena)
    {
    }

    /// <summary>Runs its rounds and hands its tables over.</summary>
    public abstract Task RunAsync(Arena arena, RoundBudget budget, CancellationToken cancellationToken);

    /// <summary>Runs each in turn, round after round, and returns what each of them cost.</summary>
    protected static async Task<List<Measurement>> TakeTurnsAsync(
        string title, RoundBudget budget, IReadOnlyList<(string Name, double Bytes, Func<Task<Cost>> Run)> turns, CancellationToken cancellationToken)
    {
        List<Cost>[] costs = [.. turns.Select(static _ => new List<Cost>())];
        while (budget.Next())
        {
            for (int i = 0; i < turns.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                costs[i].Add(await turns[i].Run());
            }
        }

        return [.. turns.Select((turn, i) => new Measurement(title, turn.Name, turn.Bytes, costs[i]))];
    }
}
