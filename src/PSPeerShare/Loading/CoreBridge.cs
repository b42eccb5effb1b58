using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace PSPeerShare.Loading;

/// <summary>
/// Leads the default load context to Core, which lives in a context of its own together with every third-party
/// package, so that two modules with different versions of one package do not fight. It knows where Core lies and
/// nothing of what Core does.
/// </summary>
/// <remarks>
/// PowerShell calls <see cref="OnImport"/> at each import, but the assembly is loaded once a process: a second
/// registration would add a second context and never go away, so the first one stays.
/// </remarks>
public sealed class CoreBridge : IModuleAssemblyInitializer
{
    private const string CoreName = "PSPeerShare.Core";

    private static int registered;

    /// <inheritdoc/>
    public void OnImport()
    {
        if (Interlocked.Exchange(ref registered, 1) == 0)
        {
            AssemblyLoadContext.Default.Resolving += ResolveCore;
        }
    }

    private static Assembly? ResolveCore(AssemblyLoadContext context, AssemblyName name) =>
        string.Equals(name.Name, CoreName, StringComparison.Ordinal)
            ? CoreLoadContext.Instance.LoadFromAssemblyName(name)
            : null;
}
