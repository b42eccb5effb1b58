namespace PSPeerShare.Core.Storage;

/// <summary>Files that wait for whoever types their code. The code itself is nowhere but in its own process.</summary>
internal sealed record HandOverRow
{
    public required string Id { get; init; }

    /// <summary>The process that hands over, as <see cref="ProcessMark.ToString"/> writes it.</summary>
    public required string Process { get; init; }

    /// <summary>The name of the first file or folder.</summary>
    public required string Name { get; init; }

    public required long Files { get; init; }

    public required long Bytes { get; init; }

    public required int Port { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Until when the code can be typed.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>Who has proved the code.</summary>
    public string? Receiver { get; init; }
}
