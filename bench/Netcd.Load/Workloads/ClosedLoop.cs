using System.Diagnostics;
using Netcd.Load.Connections;

namespace Netcd.Load.Workloads;

/// <summary>
/// Runs a workload with a fixed number of clients, spread over connections: each makes its next request when its last
/// was answered, until the total is reached.
/// </summary>
internal sealed class ClosedLoop(LoadOptions options, Workload workload)
{
    private const int ErrorsKeptMax = 5;

    private readonly List<string> _errors = [];
    private readonly long[] _latencies = new long[options.Total];
    private int _started;
    private int _ended;

    public async Task<LoadResult> RunAsync()
    {
        var count = Math.Min(options.Connections, options.Clients);
        var connections = await Task.WhenAll(
            Enumerable.Range(0, count).Select(number => LoadConnection.OpenAsync(options, number)));
        var clock = Stopwatch.StartNew();
        var runs = new List<Task>();
        for (var i = 0; i < connections.Length; i++)
        {
            var clients = (options.Clients / count) + (i < options.Clients % count ? 1 : 0);
            runs.Add(RunConnectionAsync(connections[i], clients));
        }

        await Task.WhenAll(runs);
        clock.Stop();
        Array.Sort(_latencies);
        return new LoadResult(_ended, clock.Elapsed, _latencies, _errors);
    }

    private async Task RunConnectionAsync(LoadConnection connection, int clients)
    {
        await Task.Yield();
        var active = 0;
        using (connection)
        {
            for (var i = 0; i < clients; i++)
            {
                Next();
            }

            await connection.RunAsync(() => active == 0);
        }

        void Next()
        {
            var number = Interlocked.Increment(ref _started) - 1;
            if (number >= options.Total)
            {
                return;
            }

            active++;
            connection.Start(workload.Path, workload.Request(number), new Call(this, number, () =>
            {
                active--;
                Next();
            }));
        }
    }

    private void Record(int number, long began, string? error)
    {
        _latencies[number] = Stopwatch.GetTimestamp() - began;
        Interlocked.Increment(ref _ended);
        if (error is not null)
        {
            lock (_errors)
            {
                if (_errors.Count < ErrorsKeptMax)
                {
                    _errors.Add(error);
                }
            }
        }
    }

    private sealed class Call(ClosedLoop loop, int number, Action next) : LoadCall
    {
        private readonly long _began = Stopwatch.GetTimestamp();

        public override void OnEnd(string? error)
        {
            loop.Record(number, _began, error);
            next();
        }
    }
}
