using System.Management.Automation;
using System.Reflection;
using System.Xml.Linq;
using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>What people see of the output objects, and what scripts still get.</summary>
public sealed class ViewTests : IDisposable
{
    private readonly HostedEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void Every_output_type_has_a_table_and_a_list()
    {
        XElement[] views = [.. XDocument.Load(Path.Combine(BuiltModule.Folder, "PSPeerShare.Format.ps1xml")).Descendants("View")];

        Assert.All(OutputTypes(), type =>
        {
            Assert.Contains(views, view => view.Descendants("TypeName").Single().Value == type.FullName && view.Element("TableControl") is not null);
            Assert.Contains(views, view => view.Descendants("TypeName").Single().Value == type.FullName && view.Element("ListControl") is not null);
        });
    }

    [Fact]
    public void Lists_show_every_property_and_views_name_only_what_exists()
    {
        XElement[] views = [.. XDocument.Load(Path.Combine(BuiltModule.Folder, "PSPeerShare.Format.ps1xml")).Descendants("View")];

        Assert.All(OutputTypes(), type =>
        {
            PSObject instance = PSObject.AsPSObject(CommandMetadata.Make(_engine.Assembly, type.Name));
            XElement[] own = [.. views.Where(view => view.Descendants("TypeName").Single().Value == type.FullName)];

            // Members of Types.ps1xml exist for objects that a runspace looks at.
            object?[] found = [.. _engine.Run(
                "foreach ($name in $names) { $null -ne $instance.PSObject.Properties[$name] }",
                ("instance", instance),
                ("names", own.Descendants("PropertyName").Select(name => name.Value).ToArray())).Output.Select(value => value.BaseObject)];
            Assert.All(found, exists => Assert.Equal(true, exists));

            string[] listed = [.. own.Descendants("ListItem").Select(item => (item.Element("Label") ?? item.Element("PropertyName"))!.Value)];
            Assert.Equal(
                type.GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal),
                listed.Order(StringComparer.Ordinal));
        });
    }

    [Fact]
    public void A_tickets_id_is_whole_in_a_window_of_eighty_columns()
    {
        const int Window = 79;
        XElement table = XDocument.Load(Path.Combine(BuiltModule.Folder, "PSPeerShare.Format.ps1xml")).Descendants("View")
            .Single(view => view.Element("Name")!.Value == "PSPeerShare.Output.PeerTicket.Table");
        int[] widths = [.. table.Descendants("TableColumnHeader").Select(column => (int?)column.Element("Width") ?? 0)];

        // The last column takes what the others leave; a space stands between two.
        Assert.Equal(0, widths[^1]);
        Assert.InRange(Window - widths.Sum() - (widths.Length - 1), 32, Window);
    }

    [Fact]
    public void What_is_only_shown_is_hidden_from_scripts()
    {
        object file = CommandMetadata.Make(_engine.Assembly, "PeerFile", ("Name", "a"), ("Length", 1536L));
        EngineResult result = _engine.Run(
            "$file.DisplayLength; $file.Length; $file.PSObject.Properties | ForEach-Object Name", ("file", file));

        Assert.Equal("1.5 KB", result.Output[0].BaseObject);
        Assert.Equal(1536L, result.Output[1].BaseObject);
        Assert.DoesNotContain(result.Output.Skip(2), name => name.ToString().StartsWith("Display", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("PeerFile", "SharePath")]
    [InlineData("PeerFile", "Peer")]
    [InlineData("PeerTransfer", "Name")]
    [InlineData("PeerTransfer", "Peer")]
    [InlineData("Peer", "Name")]
    [InlineData("PeerStatus", "Peer")]
    public void Names_of_others_cannot_harm_the_terminal(string type, string property)
    {
        object instance = CommandMetadata.Make(_engine.Assembly, type, (property, "a\e]0;x\a\u202Eb"));

        string text = Render(instance);

        Assert.Contains(@"\u{001B}", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', text);
        Assert.DoesNotContain('\u202E', text);
        Assert.DoesNotContain('\a', text);
    }

    [Theory]
    [InlineData(0L, "0 B")]
    [InlineData(1023L, "1023 B")]
    [InlineData(1024L, "1.0 KB")]
    [InlineData(1048575L, "1.0 MB")]
    [InlineData(104857600L, "100 MB")]
    [InlineData(5368709121L, "5.0 GB")]
    [InlineData(long.MaxValue, "8.0 EB")]
    public void Sizes_are_for_people(long bytes, string text)
    {
        object file = CommandMetadata.Make(_engine.Assembly, "PeerFile", ("Length", bytes));

        Assert.Equal(text, _engine.Run("$file.DisplayLength", ("file", file)).Output[0].BaseObject);
    }

    [Fact]
    public void A_ticket_in_a_string_is_its_text()
    {
        object ticket = CommandMetadata.Make(_engine.Assembly, "PeerTicket", ("Id", "1"), ("Ticket", "pspeer-secret-1:x"));

        Assert.Equal("pspeer-secret-1:x", _engine.Run("\"$ticket\"", ("ticket", ticket)).Output[0].BaseObject);
    }

    [Fact]
    public void A_transfer_has_no_Path_and_its_PSPath_is_taken_literally()
    {
        string file = Path.Combine(_engine.Folder, "[a].txt");
        File.WriteAllText(file, "x");
        File.WriteAllText(Path.Combine(_engine.Folder, "a.txt"), "y");
        object transfer = CommandMetadata.Make(
            _engine.Assembly, "PeerTransfer", ("LocalPath", file), ("PSPath", @"Microsoft.PowerShell.Core\FileSystem::" + file));

        Assert.Null(transfer.GetType().GetProperty("Path"));

        // As Get-Item declares them; that cmdlet itself is not in every host.
        EngineResult bound = _engine.Run("""
            function Select-Bound {
                param([Parameter(ValueFromPipelineByPropertyName)][string] $Path,
                      [Parameter(ValueFromPipelineByPropertyName)][Alias('PSPath')][string] $LiteralPath)
                process { "$Path|$($ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($LiteralPath))" }
            }
            $transfer | Select-Bound
            """, ("transfer", transfer));
        Assert.Equal("|" + file, bound.Output[0].BaseObject);
    }

    [Fact]
    public void Output_objects_cannot_be_changed()
    {
        Assert.All(OutputTypes(), type => Assert.All(
            type.GetProperties(), property => Assert.Null(property.GetSetMethod(nonPublic: false))));
    }

    [Fact]
    public void Output_types_hold_no_types_of_Core()
    {
        Assert.All(OutputTypes().SelectMany(type => type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic)), field =>
        {
            Type type = Nullable.GetUnderlyingType(field.FieldType) ?? field.FieldType.GetElementType() ?? field.FieldType;
            Assert.NotEqual("PSPeerShare.Core", type.Assembly.GetName().Name);
        });
    }

    private Type[] OutputTypes() =>
        [.. _engine.Assembly.ExportedTypes.Where(type => type is { Namespace: "PSPeerShare.Output", IsEnum: false, IsAbstract: false })];

    private static string Render(object instance) => new RecordingHost().Render(BuiltModule.Manifest, instance);
}
