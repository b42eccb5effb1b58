using BenchmarkDotNet.Attributes;
using PSPeerShare.Core;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Benchmarks.Micro;

/// <summary>What the catalog's store costs: folders of a thousand entries put in and taken out, names looked for.</summary>
[MemoryDiagnoser]
public class CatalogBenchmarks
{
    private const int Folders = 100;
    private const int EntriesPerFolder = 1000;

    private static readonly string[] s_words = ["invoice", "report", "photo", "holiday", "backup", "draft", "meeting", "budget"];

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("pspeershare-micro-");
    private CatalogStore _store = null!;
    private long _share;
    private int _next;

    [GlobalSetup]
    public void SetUp()
    {
        string home = Path.Combine(_home.FullName, "home");
        OwnerOnly.EnsureFolder(home, PeerError.HomeUnusable);
        _store = CatalogStore.Open(home);
        _share = _store.Shares.Adopt("bench", "/nowhere", "").Id;
        _store.Entries.Apply([.. Enumerable.Range(0, Folders).Select(i => Put($"folder-{i}"))]);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _store.Dispose();
        _home.Delete(recursive: true);
    }

    [Benchmark]
    public void InsertAndRemoveThousand()
    {
        FolderChange put = Put($"new-{_next++}");
        _store.Entries.Apply([put]);
        _store.Entries.Apply([new FolderChange(_share, put.Path, [], [.. put.Put.Select(static e => e.Name)])]);
    }

    [Benchmark]
    public int SearchByTrigrams() => _store.Search.WithTrigrams("\"INV\" AND \"NVO\" AND \"VOI\"", 0, long.MaxValue, 100).Count;

    [Benchmark]
    public int SearchByLike() => _store.Search.Like("%q7%", 0, 65_536).Count;

    [Benchmark]
    public int ListFolder() => _store.Entries.InFolder(_share, "folder-50").Count;

    private FolderChange Put(string path)
    {
        Random random = new(path.Length);
        return new FolderChange(_share, path, [.. Enumerable.Range(0, EntriesPerFolder).Select(i => new EntryRow(
            $"{s_words[random.Next(s_words.Length)]}-{s_words[random.Next(s_words.Length)]}-{i:0000}.txt", false, i, i, i, 1, i))], []);
    }
}
