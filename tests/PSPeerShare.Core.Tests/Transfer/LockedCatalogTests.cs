using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>A catalog that another process does not let go of costs reading files, and nothing else.</summary>
public sealed class LockedCatalogTests
{
    [Fact]
    public async Task While_another_process_holds_the_catalogs_files_are_found_fetched_and_pushed()
    {
        await using NodePair pair = await NodePair.StartWithInboxAsync();
        pair.Server.Write("docs/a.txt", "content"u8.ToArray());
        await pair.FetchOneAsync("docs/a.txt");
        using OtherProcess holder = OtherProcess.Start(
            Hold, Path.Join(pair.Server.Home, CatalogStore.FileName), Path.Join(pair.Client.Home, CatalogStore.FileName));
        Assert.Equal("held", await holder.ReadLineAsync());

        Assert.Equal("docs/a.txt", Assert.Single(await pair.Client.FindAsync()).SharePath);
        Assert.Equal(TransferStatus.Unchanged, (await pair.FetchOneAsync("docs/a.txt")).Status);
        NodePair.AssertCompleted(await pair.FetchOneAsync("docs/a.txt", pair.In() with { Destination = pair.Client["second"] }));
        NodePair.AssertCompleted(Assert.Single(await pair.PushAsync(new LocalFile(pair.Client.Write("out/b.txt", "b"u8.ToArray()), "b.txt", 1))));

        holder.WriteLine("done");
        await holder.FinishAsync();
        Assert.Empty(Directory.GetFiles(pair.Server.Home, "catalog.db.damaged-*"));
        Assert.Empty(Directory.GetFiles(pair.Client.Home, "catalog.db.damaged-*"));
        Assert.Equal(TransferStatus.Unchanged, (await pair.FetchOneAsync("docs/a.txt")).Status);
    }

    private static void Hold(string[] catalogs)
    {
        List<Microsoft.Data.Sqlite.SqliteConnection> held = [];
        foreach (string catalog in catalogs)
        {
            // The node may not have made it yet.
            CatalogStore.Open(Path.GetDirectoryName(catalog)!).Dispose();
            Microsoft.Data.Sqlite.SqliteConnection connection = new($"Data Source={catalog};Pooling=false");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "BEGIN IMMEDIATE; UPDATE meta SET sequence = sequence";
            command.ExecuteNonQuery();
            held.Add(connection);
        }

        Console.WriteLine("held");
        Console.ReadLine();
        held.ForEach(connection => connection.Dispose());
    }
}
