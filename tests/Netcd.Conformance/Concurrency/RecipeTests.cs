using System.Diagnostics;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;

namespace Netcd.Conformance.Concurrency;

/// <summary>
/// The Go client's recipes, as real etcdctl runs them, from several processes: one holder at a time, in the order in
/// which they came, also when holders and waiters are killed.
/// </summary>
public sealed class RecipeTests
{
    private const int Expiring = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(ServerKind.Go)]
    [InlineData(ServerKind.Netcd)]
    public async Task Locks_go_from_process_to_process_in_the_order_of_their_coming(ServerKind kind)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(kind, directory.File("data"));
        using var client = new V3Client(server.ClientUrl);
        var processes = new List<RecipeProcess>();
        try
        {
            var line = new List<KeyValue>();
            for (var i = 0; i < 7; i++)
            {
                // One lease is waited for to its end; that the others of killed processes end is played here, so that
                // they can be long: a process that gets no processor for as long as its lease lives loses its place.
                processes.Add(new RecipeProcess(server.ClientUrl, "lock", i == Expiring ? "--ttl=12" : "--ttl=90", "turn"));
                line.Add((await LineAsync(client, i + 1))[^1]);
            }

            // The fourth leaves the line by force: nobody gets its place early.
            await processes[3].KillAsync();
            for (var i = 0; i < processes.Count; i++)
            {
                if (i == 3)
                {
                    await client.RevokeAsync(line[i].Lease);
                    continue;
                }

                await processes[i].WaitForAsync(line[i].Key.ToStringUtf8(), Patience);
                Assert.Equal(line[i].Key, (await LineAsync(client))[0].Key);
                Assert.All(processes.Skip(i + 1), waiting => Assert.Equal("", waiting.Output));
                await (i % 2 == 0 ? processes[i].InterruptAsync() : processes[i].KillAsync());
                if (i % 2 == 1 && i != Expiring)
                {
                    await client.RevokeAsync(line[i].Lease);
                }
            }

            await LineAsync(client, 0);
        }
        finally
        {
            processes.ForEach(static process => process.Dispose());
        }
    }

    [Theory]
    [InlineData(ServerKind.Go)]
    [InlineData(ServerKind.Netcd)]
    public async Task Leaders_follow_each_other_in_the_order_of_their_coming(ServerKind kind)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(kind, directory.File("data"));
        using var client = new V3Client(server.ClientUrl);
        using var observer = new RecipeProcess(server.ClientUrl, "elect", "-l", "turn");
        var processes = new List<RecipeProcess>();
        try
        {
            var line = new List<KeyValue>();
            for (var i = 0; i < 4; i++)
            {
                processes.Add(new RecipeProcess(server.ClientUrl, "elect", "turn", $"value-{i}"));
                line.Add((await LineAsync(client, i + 1))[^1]);
            }

            for (var i = 0; i < processes.Count; i++)
            {
                await processes[i].WaitForAsync($"{line[i].Key.ToStringUtf8()}\nvalue-{i}\n", Patience);
                await observer.WaitForAsync($"{line[i].Key.ToStringUtf8()}\nvalue-{i}\n", Patience);
                Assert.All(processes.Skip(i + 1), waiting => Assert.Equal("", waiting.Output));
                if (i % 2 == 0)
                {
                    await processes[i].InterruptAsync();
                }
                else
                {
                    // Its lease lasts a minute: that it ends is played here.
                    await processes[i].KillAsync();
                    await client.RevokeAsync(line[i].Lease);
                }
            }

            await LineAsync(client, 0);
        }
        finally
        {
            processes.ForEach(static process => process.Dispose());
        }
    }

    private static async Task<List<KeyValue>> LineAsync(V3Client client, int? count = null)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var found = await client.RangeAsync(new RangeRequest
            {
                Key = V3Client.Bytes("turn/"),
                RangeEnd = V3Client.PrefixEnd("turn/"),
                SortTarget = RangeRequest.Types.SortTarget.Create,
            });
            if (count is null || found.Kvs.Count == count)
            {
                return [.. found.Kvs];
            }

            Assert.True(clock.Elapsed < Patience, $"{found.Kvs.Count} in line instead of {count}");
            await Task.Delay(10);
        }
    }
}
