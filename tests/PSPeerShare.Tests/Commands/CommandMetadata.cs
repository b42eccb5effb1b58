using System.Management.Automation;
using System.Reflection;
using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>What the engine knows about the built module's commands.</summary>
internal static class CommandMetadata
{
    private static readonly HashSet<string> Common = new(
        [.. PSCmdlet.CommonParameters, .. PSCmdlet.OptionalCommonParameters], StringComparer.OrdinalIgnoreCase);

    extension(HostedEngine engine)
    {
        /// <summary>The cmdlets of the module.</summary>
        public IReadOnlyList<CmdletInfo> Commands =>
            [.. engine.Run("Get-Command -Module PSPeerShare").Output.Select(command => (CmdletInfo)command.BaseObject)];

        /// <summary>The module's assembly.</summary>
        public Assembly Assembly => engine.Commands[0].ImplementingType.Assembly;

        /// <summary>Core, as the module sees it.</summary>
        public Assembly Core => engine.Assembly.GetType("PSPeerShare.Pipeline.PeerCommand", throwOnError: true)!
            .GetProperty("Node", BindingFlags.NonPublic | BindingFlags.Instance)!.PropertyType.Assembly;
    }

    /// <summary>The parameters that a cmdlet declares itself.</summary>
    public static IReadOnlyList<ParameterMetadata> OwnParameters(CmdletInfo command) =>
        [.. command.Parameters.Values.Where(parameter => !Common.Contains(parameter.Name))];

    /// <summary>The parameters that have to be documented: a cmdlet's own, and <c>-WhatIf</c> and <c>-Confirm</c>.</summary>
    public static IReadOnlyList<ParameterMetadata> DocumentedParameters(CmdletInfo command) =>
        [.. command.Parameters.Values.Where(parameter => !PSCmdlet.CommonParameters.Contains(parameter.Name))];

    /// <summary>An output object with the given properties; scripts cannot make one.</summary>
    public static object Make(Assembly assembly, string type, params (string Name, object? Value)[] properties)
    {
        Type made = assembly.GetType("PSPeerShare.Output." + type, throwOnError: true)!;
        object instance = Activator.CreateInstance(made, nonPublic: true)!;
        foreach ((string name, object? value) in properties)
        {
            made.GetProperty(name)!.SetValue(instance, value);
        }

        return instance;
    }
}
