using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace PSPeerShare.Loading;

/// <summary>The load context of Core and its packages: what lies in the module's <c>lib</c> folder.</summary>
/// <remarks>
/// A packed module holds some assemblies a second time in a folder named for a platform, with code that was compiled
/// ahead for it; where this platform has one, that is the one to load, for it starts sooner.
/// </remarks>
internal sealed class CoreLoadContext : AssemblyLoadContext
{
    // Made at the first use of Core, so that an import costs nothing but an event registration.
    private static readonly Lazy<CoreLoadContext> Shared = new(static () => new CoreLoadContext());

    private readonly AssemblyDependencyResolver resolver;
    private readonly string compiledFolder;

    private CoreLoadContext()
        : base("PSPeerShare.Core")
    {
        string folder = Path.Combine(Path.GetDirectoryName(typeof(CoreLoadContext).Assembly.Location)!, "lib");
        resolver = new AssemblyDependencyResolver(Path.Combine(folder, "PSPeerShare.Core.dll"));
        compiledFolder = Path.Combine(folder, Platform);
    }

    internal static CoreLoadContext Instance => Shared.Value;

    private static string Platform
    {
        get
        {
            string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
            return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        }
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string? path = resolver.ResolveAssemblyToPath(assemblyName);
        if (path is null)
        {
            return null;
        }

        string compiled = Path.Combine(compiledFolder, Path.GetFileName(path));
        return LoadFromAssemblyPath(File.Exists(compiled) ? compiled : path);
    }

    /// <inheritdoc/>
    protected override IntPtr LoadUnmanagedDll(string unmanagedDllName)
    {
        string? path = resolver.ResolveUnmanagedDllToPath(unmanagedDllName);
        return path is null ? IntPtr.Zero : LoadUnmanagedDllFromPath(path);
    }
}
