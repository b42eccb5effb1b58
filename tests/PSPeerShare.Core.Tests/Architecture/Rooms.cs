using System.Collections.Frozen;
using PSPeerShare.Core.Content;

namespace PSPeerShare.Core.Tests.Architecture;

/// <summary>The direction table of docs/architecture.md: which room may use which.</summary>
internal static class Rooms
{
    /// <summary>The composition root: PeerNode and what is named after it.</summary>
    public const string Root = "PeerNode";

    /// <summary>What else stands beside PeerNode, the errors first: everyone may use it, it uses no room.</summary>
    public const string Ground = "(ground)";

    /// <summary>The public records that PeerNode hands out and takes.</summary>
    public const string Node = "Node";

    /// <summary>The parts of the composition root: how a home's node is put together, run and reached.</summary>
    public const string Hosting = "Hosting";

    private const string Prefix = "PSPeerShare.Core";

    /// <summary>What each room may use besides itself, <c>Diagnostics</c> and the ground.</summary>
    public static readonly FrozenDictionary<string, string[]> MayUse = new Dictionary<string, string[]>
    {
        [Ground] = [],
        [Node] = ["Identity", "Trust", "Catalog"],
        ["Diagnostics"] = [],
        ["Content"] = [],
        ["Identity"] = [],
        ["Storage"] = [],
        ["Protocol"] = ["Identity", "Content"],
        ["Transport"] = ["Protocol", "Identity"],
        ["Trust"] = ["Storage", "Identity", "Protocol"],
        ["Files"] = ["Protocol", "Content"],
        ["Catalog"] = ["Storage", "Files", "Content", "Identity", "Protocol"],
        ["Sessions"] = ["Transport", "Protocol", "Trust", "Catalog", "Identity", "Content", Node],
        ["Transfer"] = ["Sessions", "Transport", "Protocol", "Content", "Files", "Catalog", "Trust", "Storage", "Identity", Node],
        ["Discovery"] = ["Identity", "Storage", Node],
        ["Dashboard"] = ["Transfer", "Sessions", "Catalog", "Trust", "Discovery", "Files", "Protocol", "Identity", "Content", Node],
    }.ToFrozenDictionary();

    /// <summary>Whether code of one room may use code of another.</summary>
    public static bool IsAllowed(string from, string to) => from == to || from is Root or Hosting || to == Ground
        || (to == "Diagnostics" && from != Ground) || MayUse[from].Contains(to);

    /// <summary>The room a type stands in; null if it is not Core's.</summary>
    public static string? Of(Type type)
    {
        Type outermost = type;
        while (outermost.DeclaringType is { } outer)
        {
            outermost = outer;
        }

        // What the compiler adds stands in other namespaces.
        return type.Assembly == typeof(ContentHash).Assembly
            && type.Namespace is { } name && name.StartsWith(Prefix, StringComparison.Ordinal)
                ? OfNamespace(name, outermost.Name)
                : null;
    }

    /// <summary>The room of a source file, by its path below Core's folder.</summary>
    public static string OfFile(string path) => path.Contains('/', StringComparison.Ordinal)
        ? path.Split('/')[0]
        : OfNamespace(Prefix, Path.GetFileNameWithoutExtension(path));

    private static string OfNamespace(string name, string typeName) => name.Length > Prefix.Length
        ? name[(Prefix.Length + 1)..].Split('.')[0]
        : typeName.StartsWith(Root, StringComparison.Ordinal) ? Root : Ground;
}
