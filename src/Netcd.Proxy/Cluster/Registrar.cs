using Netcd.Client;
using Netcd.Proxy.Logging;

namespace Netcd.Proxy.Cluster;

/// <summary>
/// Registers this proxy under a prefix for as long as it lives: a key with a lease, made anew when the lease is lost.
/// Source: server/proxy/grpcproxy/register.go.
/// </summary>
internal sealed class Registrar : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly EtcdClient _client;
    private readonly string _prefix;
    private readonly string _address;
    private readonly int _ttlSeconds;
    private readonly ProxyLog _log;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;

    public Registrar(
        EtcdClient client, string prefix, string address, int ttlSeconds, ProxyLog log, TimeProvider time)
    {
        _client = client;
        _prefix = prefix;
        _address = address;
        _ttlSeconds = ttlSeconds;
        _log = log;
        _time = time;
        _run = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                // Disposing ends the lease, and with it the registration.
                await using var session = await RegisterAsync();
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(session.Lost, _stop.Token);
                await Task.Delay(Timeout.InfiniteTimeSpan, ended.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (_stop.IsCancellationRequested)
                {
                    return;
                }

                _log.Warn("session expired; possible network partition or server restart");
                _log.Warn("creating a new session to rejoin");
            }
            catch (EtcdException problem)
            {
                _log.Warn("failed to create a session", ("error", problem.Message));
            }
            catch (Exception problem) when (problem is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }

            await Task.Delay(Pause, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<EtcdSession> RegisterAsync()
    {
        var session = await EtcdSession.OpenAsync(_client, _ttlSeconds, cancellationToken: _stop.Token);
        try
        {
            var registration = new Registration(_address, ProxyName.Encode(ProxyName.OfThisHost));
            await _client.Kv.PutAsync(
                $"{_prefix}/{_address}", registration.Encode(), new PutOptions { Lease = session.Lease }, _stop.Token);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }

        _log.Info("registered session with lease", ("addr", _address), ("lease-ttl", _ttlSeconds));
        return session;
    }
}
