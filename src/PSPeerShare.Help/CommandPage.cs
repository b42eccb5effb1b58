namespace PSPeerShare.Help;

/// <summary>The help of one cmdlet.</summary>
internal sealed record CommandPage(
    string Name,
    string Synopsis,
    IReadOnlyList<ParameterSet> Sets,
    IReadOnlyList<string> Description,
    IReadOnlyList<Example> Examples,
    IReadOnlyList<ParameterUse> Parameters,
    IReadOnlyList<TypeNote> Inputs,
    IReadOnlyList<TypeNote> Outputs,
    IReadOnlyList<string> Notes,
    IReadOnlyList<string> Links);

/// <summary>A parameter set; without sets a cmdlet has one with no name.</summary>
internal sealed record ParameterSet(string Name, string Syntax);

/// <summary>An example: what to type and what it does.</summary>
internal sealed record Example(string Title, string Code, IReadOnlyList<string> Remarks);

/// <summary>A parameter in some of the sets; one that differs between sets has several.</summary>
internal sealed record ParameterUse(
    string Name,
    IReadOnlyList<string> Description,
    string Type,
    IReadOnlyList<string> Sets,
    string Aliases,
    bool IsRequired,
    string Position,
    string Default,
    string Pipeline,
    bool TakesWildcards)
{
    /// <summary>Whether it belongs to a set.</summary>
    public bool IsIn(ParameterSet set) => Sets is ["(All)"] || Sets.Contains(set.Name, StringComparer.Ordinal);
}

/// <summary>What goes in or comes out.</summary>
internal sealed record TypeNote(string Type, IReadOnlyList<string> Remarks);
