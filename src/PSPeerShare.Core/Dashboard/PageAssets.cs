using System.Collections.Frozen;

namespace PSPeerShare.Core.Dashboard;

/// <summary>The page's files, from inside the assembly. A path is looked up whole; nothing is opened by it.</summary>
internal static class PageAssets
{
    private const string Prefix = "dashboard/";

    private static readonly FrozenDictionary<string, PageAsset> Files = Load();

    public static PageAsset? Find(string path) => Files.GetValueOrDefault(path == "/" ? "/index.html" : path);

    private static FrozenDictionary<string, PageAsset> Load()
    {
        System.Reflection.Assembly assembly = typeof(PageAssets).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(name => "/" + name[Prefix.Length..].Replace('\\', '/'), name =>
            {
                using Stream stream = assembly.GetManifestResourceStream(name)!;
                byte[] content = new byte[stream.Length];
                stream.ReadExactly(content);
                return new PageAsset(content, TypeOf(name));
            });
    }

    private static string TypeOf(string name) => name[name.LastIndexOf('.')..] switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };
}

/// <summary>One file of the page.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Type">Its media type.</param>
internal sealed record PageAsset(byte[] Content, string Type);
