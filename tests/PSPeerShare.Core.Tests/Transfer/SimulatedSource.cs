namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>A source that is only numbers: how fast it is, how often it lies, and when it ends.</summary>
internal sealed class SimulatedSource(int id, SimulatedSource.Kind kind)
{
    public int Id { get; } = id;

    public Kind Is { get; } = kind;

    /// <summary>What it was asked for, in order.</summary>
    public Queue<int> Asked { get; } = [];

    /// <summary>Bytes of the first lot that have come.</summary>
    public double Come { get; set; }

    /// <summary>Whole lots that have come.</summary>
    public int Lots { get; set; }

    public bool IsOver { get; set; }

    public static Kind Honest(double rate) => new(rate, 0, int.MaxValue, Dies: false);

    public static Kind Liar(double rate, double lies) => new(rate, lies, int.MaxValue, Dies: false);

    public static Kind Staller(double rate, int afterLots) => new(rate, 0, afterLots, Dies: false);

    public static Kind Dier(double rate, int afterLots) => new(rate, 0, afterLots, Dies: true);

    /// <param name="Rate">Bytes a second.</param>
    /// <param name="Lies">The part of its lots that are wrong.</param>
    /// <param name="EndsAfter">Lots after which it brings nothing more.</param>
    /// <param name="Dies">Whether that end can be noticed.</param>
    public sealed record Kind(double Rate, double Lies, int EndsAfter, bool Dies);
}
