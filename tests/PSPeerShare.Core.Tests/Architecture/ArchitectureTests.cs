using System.Reflection;
using System.Text.RegularExpressions;
using PSPeerShare.Core.Content;

namespace PSPeerShare.Core.Tests.Architecture;

/// <summary>Holds the code to docs/architecture.md.</summary>
public sealed partial class ArchitectureTests
{
    private const string Core = "src/PSPeerShare.Core";

    private static readonly Type[] CoreTypes =
        [.. typeof(ContentHash).Assembly.GetTypes().Where(type => Rooms.Of(type) is not null)];

    [Fact]
    public void Every_file_declares_the_namespace_of_its_folder()
    {
        List<string> wrong = [];
        foreach ((string path, string[] lines) in SourceTree.Files(Core))
        {
            string folder = Path.GetDirectoryName(path)!.Replace('\\', '/').Replace('/', '.');
            string expected = folder.Length == 0 ? "namespace PSPeerShare.Core;" : $"namespace PSPeerShare.Core.{folder};";
            if (!lines.Contains(expected) && lines.Any(line => line.StartsWith("namespace ", StringComparison.Ordinal)))
            {
                wrong.Add($"{path} should have: {expected}");
            }
        }

        AssertNone(wrong);
    }

    [Fact]
    public void Every_room_stands_in_the_direction_table() =>
        Assert.Empty(CoreTypes.Select(type => Rooms.Of(type)!).Distinct()
            .Where(room => room is not (Rooms.Root or Rooms.Hosting)).Except(Rooms.MayUse.Keys));

    [Fact]
    public void The_direction_table_has_no_cycle()
    {
        HashSet<string> done = [];
        while (Rooms.MayUse.FirstOrDefault(row => !done.Contains(row.Key) && row.Value.All(done.Contains)).Key is { } next)
        {
            done.Add(next);
        }

        Assert.Empty(Rooms.MayUse.Keys.Except(done));
    }

    [Fact]
    public void Source_names_only_rooms_that_its_own_may_use()
    {
        List<string> wrong = [];
        foreach ((string path, string[] lines) in SourceTree.Files(Core))
        {
            string room = Rooms.OfFile(path);
            wrong.AddRange(lines
                .Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal))
                .SelectMany(line => RoomName().Matches(line))
                .Select(match => match.Groups[1].Value)
                .Where(named => (Rooms.MayUse.ContainsKey(named) || named == Rooms.Hosting) && !Rooms.IsAllowed(room, named))
                .Select(named => $"{path} names {named}"));
        }

        AssertNone(wrong);
    }

    [Fact]
    public void Compiled_code_uses_only_rooms_that_its_own_may_use()
    {
        IEnumerable<string> wrong =
            from type in CoreTypes
            let room = Rooms.Of(type)!
            from used in CodeReferences.Of(type).OfType<Type>()
            let target = Rooms.Of(used)
            where target is not null && !Rooms.IsAllowed(room, target)
            select $"{type.FullName} ({room}) uses {used.FullName} ({target})";

        AssertNone(wrong);
    }

    [Theory]
    [InlineData("Serilog", "Diagnostics")]
    [InlineData("Microsoft.Data.Sqlite", "Storage")]
    [InlineData("Org.BouncyCastle", "Trust")]
    public void A_library_is_used_in_one_room_only(string libraryNamespace, string owner)
    {
        IEnumerable<string> wrong =
            from type in CoreTypes
            where Rooms.Of(type) != owner
            from used in CodeReferences.Of(type).OfType<Type>()
            where used.Namespace == libraryNamespace || used.Namespace?.StartsWith(libraryNamespace + ".", StringComparison.Ordinal) == true
            select $"{type.FullName} uses {used.FullName}";

        AssertNone(wrong);
    }

    [Theory]
    [InlineData(typeof(System.Net.Sockets.Socket))]
    [InlineData(typeof(Stream))]
    [InlineData(typeof(File))]
    [InlineData(typeof(Directory))]
    [InlineData(typeof(Task))]
    [InlineData(typeof(Thread))]
    [InlineData(typeof(TimeProvider))]
    [InlineData(typeof(System.Diagnostics.Stopwatch))]
    public void The_protocol_needs_no_socket_file_task_or_clock(Type outside)
    {
        // Generated messages can be read from a stream; nothing calls that.
        IEnumerable<string> wrong =
            from type in CoreTypes
            where Rooms.Of(type) == "Protocol" && type.Namespace != "PSPeerShare.Core.Protocol.Messages"
            where CodeReferences.Of(type).Contains(outside)
            select type.FullName;

        AssertNone(wrong);
    }

    [Fact]
    public void Only_the_rooms_that_own_files_make_rename_or_delete_them()
    {
        string[] owners = ["Files", "Storage", "Identity", "Diagnostics", Rooms.Ground, Rooms.Root];
        IEnumerable<string> wrong =
            from type in CoreTypes
            where !owners.Contains(Rooms.Of(type))
            from member in CodeReferences.Of(type).OfType<MethodBase>()
            where (member.DeclaringType == typeof(File) || member.DeclaringType == typeof(Directory)
                    || member.DeclaringType == typeof(FileStream) || member.DeclaringType == typeof(FileInfo)
                    || member.DeclaringType == typeof(DirectoryInfo))
                && ChangesFiles().IsMatch(member.Name)
            select $"{type.FullName} calls {member.DeclaringType!.Name}.{member.Name}";

        AssertNone(wrong);
    }

    [Fact]
    public void Core_knows_no_PowerShell() => Assert.DoesNotContain(
        typeof(ContentHash).Assembly.GetReferencedAssemblies(),
        name => name.Name!.StartsWith("System.Management.Automation", StringComparison.Ordinal));

    [Theory]
    [InlineData("Protocol")]
    [InlineData("Transport")]
    [InlineData("Storage")]
    public void A_room_that_cmdlets_must_not_see_has_no_public_types(string room) =>
        Assert.Empty(CoreTypes.Where(type => type.IsPublic && Rooms.Of(type) == room).Select(type => type.FullName));

    private static void AssertNone(IEnumerable<string?> wrong)
    {
        string[] found = [.. wrong.Distinct().OfType<string>()];
        Assert.True(found.Length == 0, string.Join(Environment.NewLine, found));
    }

    [GeneratedRegex(@"PSPeerShare\.Core\.(\w+)")]
    private static partial Regex RoomName();

    [GeneratedRegex("^(Create|Open|Move|Copy|Delete|Replace|Write|Append|Set|[.]ctor$)")]
    private static partial Regex ChangesFiles();
}
