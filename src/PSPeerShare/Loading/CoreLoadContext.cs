using System.Reflection;
using System.Runtime.Loader;

namespace PSPeerShare.Loading;

/// <summary>The load context of Core and its packages: what lies in the module's <c>lib</c> folder.</summary>
internal sealed class CoreLoadContext : AssemblyLoadContext
{
    // Made at the first use of Core, so that an import costs nothing but an event registration.
    private static readonly Lazy<CoreLoadContext> Shared = new(static () => new CoreLoadContext());

    private readonly AssemblyDependencyResolver resolver;

    private CoreLoadContext()
        : base("PSPeerShare.Core")
    {
        string folder = Path.GetDirectoryName(typeof(CoreLoadContext).Assembly.Location)!;
        resolver = new AssemblyDependencyResolver(Path.Combine(folder, "lib", "PSPeerShare.Core.dll"));
    }

    internal static CoreLoadContext Instance => Shared.Value;

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string? path = resolver.ResolveAssemblyToPath(assemblyName);
        return path is null ? null : LoadFromAssemblyPath(path);
    }

    /// <inheritdoc/>
    protected override IntPtr LoadUnmanagedDll(string unmanagedDllName)
    {
        string? path = resolver.ResolveUnmanagedDllToPath(unmanagedDllName);
        return path is null ? IntPtr.Zero : LoadUnmanagedDllFromPath(path);
    }
}
