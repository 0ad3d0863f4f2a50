using System.Diagnostics;
using System.Threading.Channels;
using Netcd.Base.GoSyntax;
using Netcd.Client;
using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Checks;

/// <summary>What both checks do: writes of many clients into an empty prefix, and cleaning up behind them.</summary>
internal sealed class CheckRun(CommandSession session, EtcdClient client, string prefix)
{
    private static readonly TimeSpan CleanUpLimit = TimeSpan.FromSeconds(30);

    public LoadReport Report { get; } = new();

    public async Task RequireEmptyAsync(string command, CancellationToken stop)
    {
        var answer = await client.Kv.GetAsync(prefix, new GetOptions { IsPrefix = true, Limit = 1 }, stop);
        if (answer.Kvs.Count > 0)
        {
            throw new ExitException(
                ExitCodes.InvalidInput, $"prefix {GoText.Quote(prefix)} has keys. Delete with {command} first");
        }
    }

    /// <summary>Writes until the requests end; the writers finish what they began.</summary>
    /// <param name="clients">Writers side by side.</param>
    /// <param name="keyBytes">Length of the keys behind the prefix.</param>
    /// <param name="valueBytes">Length of the values.</param>
    /// <param name="requests">Writes a token for each request that is due, and completes.</param>
    /// <param name="written">Told of each answer.</param>
    public async Task<TimeSpan> WriteAsync(
        int clients, int keyBytes, int valueBytes, Func<ChannelWriter<bool>, Task> requests, Action written)
    {
        var due = Channel.CreateBounded<bool>(clients);
        var value = EtcdBytes.FromMemory(new byte[valueBytes]);
        var start = Stopwatch.GetTimestamp();
        var writers = Enumerable.Range(0, clients)
            .Select(_ => WriteDueAsync(due.Reader, keyBytes, value, written)).ToArray();
        await requests(due.Writer);
        due.Writer.Complete();
        await Task.WhenAll(writers);
        return Stopwatch.GetElapsedTime(start);
    }

    private async Task WriteDueAsync(ChannelReader<bool> due, int keyBytes, EtcdBytes value, Action written)
    {
        while (await due.WaitToReadAsync())
        {
            while (due.TryRead(out _))
            {
                var began = Stopwatch.GetTimestamp();
                try
                {
                    await client.Kv.PutAsync(NewKey(keyBytes), value);
                    Report.Add(Stopwatch.GetElapsedTime(began));
                }
                catch (EtcdException problem)
                {
                    Report.AddError(problem.Message);
                }

                written();
            }
        }
    }

    /// <summary>Deletes what was written, and does what else was asked for.</summary>
    public async Task CleanUpAsync(bool compacts, bool defragments)
    {
        if (await TryDeleteAsync() is { } revision && compacts)
        {
            await CompactAsync(revision);
        }

        if (defragments)
        {
            await DefragmentAsync();
        }
    }

    // The revision of the deletion. An error is told, and ends nothing.
    private async Task<long?> TryDeleteAsync()
    {
        var limited = client.WithTimeout(CleanUpLimit);
        try
        {
            var answer = await limited.Kv.DeleteAsync(prefix, new DeleteOptions { IsPrefix = true });
            return answer.Header.Revision;
        }
        catch (EtcdException problem)
        {
            session.Console.WriteLine($"FAIL: Cleanup failed during key deletion: ERROR({problem.Message})");
            return null;
        }
    }

    private async Task CompactAsync(long revision)
    {
        session.Console.WriteLine($"Compacting with revision {revision}");
        await client.WithTimeout(CleanUpLimit).Kv.CompactAsync(revision, new CompactOptions { IsPhysical = true });
        session.Console.WriteLine($"Compacted with revision {revision}");
    }

    private async Task DefragmentAsync()
    {
        foreach (var endpoint in client.Endpoints)
        {
            session.Console.WriteLine($"Defragmenting {GoText.Quote(endpoint)}");
            await client.WithTimeout(CleanUpLimit).Maintenance.DefragmentAsync(endpoint);
            session.Console.WriteLine($"Defragmented {GoText.Quote(endpoint)}");
        }
    }

    /// <summary>Tells the errors; false if there were some.</summary>
    public bool TellErrors()
    {
        if (Report.Errors.Count == 0)
        {
            return true;
        }

        session.Console.WriteLine("FAIL: too many errors");
        foreach (var (text, count) in Report.Errors)
        {
            session.Console.WriteLine($"FAIL: ERROR({text}) -> {count}");
        }

        return false;
    }

    // As upstream's: a random number in the first bytes, zeros behind.
    private EtcdBytes NewKey(int bytes)
    {
        var start = EtcdBytes.FromString(prefix).Bytes.Span;
        var key = new byte[start.Length + bytes];
        start.CopyTo(key);
        BitConverter.TryWriteBytes(key.AsSpan(start.Length), Random.Shared.NextInt64());
        return key;
    }
}
