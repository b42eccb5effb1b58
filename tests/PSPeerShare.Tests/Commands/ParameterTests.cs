using System.Management.Automation;
using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>The rules that every cmdlet keeps, read from what the engine knows about them.</summary>
public sealed class ParameterTests : IDisposable
{
    private static readonly string[] Reading = ["Get", "Find", "Test"];

    private readonly HostedEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void Every_parameter_says_what_it_is_for_in_every_set()
    {
        foreach ((CmdletInfo command, ParameterMetadata parameter) in OwnParameters())
        {
            Assert.All(parameter.ParameterSets.Values, set =>
                Assert.False(string.IsNullOrEmpty(set.HelpMessage), $"{command.Name} -{parameter.Name}"));
        }
    }

    [Fact]
    public void Every_change_can_be_tried_with_WhatIf_and_nothing_else_offers_it()
    {
        Assert.All(_engine.Commands, command => Assert.Equal(
            // Fetching is the reading verb that changes something: it writes files.
            !Reading.Contains(command.Verb) || command.Name == "Get-PeerFile",
            command.Parameters.ContainsKey("WhatIf")));
    }

    [Fact]
    public void Only_a_new_identity_asks_unless_told_to()
    {
        Assert.All(_engine.Commands.Where(command => command.Parameters.ContainsKey("WhatIf")), command => Assert.Equal(
            command.Name == "New-PeerIdentity" ? ConfirmImpact.High : ConfirmImpact.Medium,
            Attribute<CmdletAttribute>(command.ImplementingType).ConfirmImpact));
    }

    [Fact]
    public void Every_command_that_writes_something_says_what()
    {
        Assert.All(
            _engine.Commands.Where(command => command.Verb is not ("Remove" or "Stop" or "Suspend")),
            command => Assert.NotEmpty(command.OutputType));
    }

    [Fact]
    public void A_literal_path_binds_from_PSPath_and_stands_beside_a_path_with_wildcards()
    {
        // Of Get-PeerFile it is a path at a peer, which no local file is.
        CmdletInfo[] taking = [.. _engine.Commands.Where(command => command.Parameters.ContainsKey("LiteralPath") && command.Name != "Get-PeerFile")];

        Assert.Equal(["Add-PeerShare", "Send-PeerFile", "Start-PeerServer"], taking.Select(command => command.Name).Order());
        Assert.All(taking, command =>
        {
            Assert.Equal(["PSPath"], command.Parameters["LiteralPath"].Aliases);
            Assert.Contains(command.Parameters["Path"].Attributes, attribute => attribute is SupportsWildcardsAttribute);
        });
    }

    [Fact]
    public void Wherever_a_peer_is_named_names_are_completed()
    {
        Assert.All(OwnParameters().Where(pair => pair.Parameter.Name == "Peer"), pair =>
            Assert.Contains(pair.Parameter.Attributes, attribute => attribute is ArgumentCompleterAttribute));
    }

    [Fact]
    public void No_two_parameters_of_a_set_share_a_position()
    {
        foreach (CommandParameterSetInfo set in _engine.Commands.SelectMany(command => command.ParameterSets))
        {
            int[] positions = [.. set.Parameters.Select(parameter => parameter.Position).Where(position => position >= 0)];
            Assert.Equal(positions.Distinct(), positions);
        }
    }

    [Fact]
    public void Cmdlet_classes_are_sealed_and_named_after_verb_and_noun()
    {
        Assert.All(_engine.Commands, command =>
        {
            Assert.True(command.ImplementingType.IsSealed);
            Assert.Equal($"{command.Verb}{command.Noun}Command", command.ImplementingType.Name);
            Assert.StartsWith("Peer", command.Noun, StringComparison.Ordinal);
        });
    }

    private IEnumerable<(CmdletInfo Command, ParameterMetadata Parameter)> OwnParameters() =>
        _engine.Commands.SelectMany(command => CommandMetadata.OwnParameters(command), (command, parameter) => (command, parameter));

    private static T Attribute<T>(Type type)
        where T : Attribute =>
        (T)System.Attribute.GetCustomAttribute(type, typeof(T))!;
}
