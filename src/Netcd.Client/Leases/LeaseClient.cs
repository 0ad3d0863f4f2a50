using System.Runtime.CompilerServices;
using Netcd.Client.Calls;
using Netcd.Client.Leases;
using Netcd.Grpc.Client;

namespace Netcd.Client;

/// <summary>Leases: keys that carry one are deleted when nobody keeps it alive.</summary>
/// <example>
/// <code>
/// var lease = await client.Leases.GrantAsync(10);
/// await client.Kv.PutAsync("alive", "yes", new PutOptions { Lease = lease.ID });
/// await using var keepAlive = client.Leases.KeepAlive(lease.ID);
/// await WorkAsync(keepAlive.Lost); // Cancelled when the lease is gone.
/// </code>
/// </example>
public sealed class LeaseClient
{
    private static readonly Rpc<LeaseGrantResponse> GrantRpc =
        new("/etcdserverpb.Lease/LeaseGrant", LeaseGrantResponse.Parser, RetryClass.Repeatable);

    private static readonly Rpc<LeaseRevokeResponse> RevokeRpc =
        new("/etcdserverpb.Lease/LeaseRevoke", LeaseRevokeResponse.Parser, RetryClass.Repeatable);

    private static readonly Rpc<LeaseTimeToLiveResponse> TimeToLiveRpc =
        new("/etcdserverpb.Lease/LeaseTimeToLive", LeaseTimeToLiveResponse.Parser, RetryClass.Repeatable);

    private static readonly Rpc<LeaseLeasesResponse> LeasesRpc =
        new("/etcdserverpb.Lease/LeaseLeases", LeaseLeasesResponse.Parser, RetryClass.Repeatable);

    private readonly EtcdClient _client;

    internal LeaseClient(EtcdClient client) => _client = client;

    /// <summary>Makes a lease. A repeated attempt may leave a second one behind, which expires by itself.</summary>
    /// <param name="ttl">Time to live in seconds.</param>
    /// <param name="id">The id to have; 0 for one of the server's.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    public Task<LeaseGrantResponse> GrantAsync(
        long ttl, long id = 0, CancellationToken cancellationToken = default) =>
        _client.CallAsync(GrantRpc, new LeaseGrantRequest { TTL = ttl, ID = id }, cancellationToken);

    /// <summary>Ends a lease; its keys are deleted.</summary>
    public Task<LeaseRevokeResponse> RevokeAsync(long id, CancellationToken cancellationToken = default) =>
        _client.CallAsync(RevokeRpc, new LeaseRevokeRequest { ID = id }, cancellationToken);

    /// <summary>What is left of a lease; a TTL of -1 for one that does not exist.</summary>
    /// <param name="id">The lease.</param>
    /// <param name="withKeys">Tell its keys too.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    public async Task<LeaseTimeToLiveResponse> TimeToLiveAsync(
        long id, bool withKeys = false, CancellationToken cancellationToken = default)
    {
        var answer = await _client.CallAsync(
            TimeToLiveRpc, new LeaseTimeToLiveRequest { ID = id, Keys = withKeys }, cancellationToken)
            .ConfigureAwait(false);
        _client.KeySpace?.Outside(answer);
        return answer;
    }

    /// <summary>All leases.</summary>
    public Task<LeaseLeasesResponse> LeasesAsync(CancellationToken cancellationToken = default) =>
        _client.CallAsync(LeasesRpc, new LeaseLeasesRequest(), cancellationToken);

    /// <summary>Renews a lease once.</summary>
    /// <exception cref="EtcdException">The lease does not exist (<see cref="EtcdErrors.LeaseNotFound"/>), or the call
    /// failed.</exception>
    public async Task<LeaseKeepAliveResponse> KeepAliveOnceAsync(
        long id, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _client.Core.Ended);
        if (_client.Settings.Timeout is { } timeout)
        {
            TimeLimits.CancelAfter(limit, timeout);
        }

        GrpcException? last = null;
        try
        {
            while (true)
            {
                try
                {
                    var answer = await AskOnceAsync(id, limit.Token).ConfigureAwait(false);
                    return answer.TTL > 0
                        ? answer
                        : throw new EtcdException(StatusCode.NotFound, EtcdErrors.LeaseNotFound);
                }
                catch (GrpcException problem) when (problem.Code is StatusCode.Unavailable or StatusCode.Internal)
                {
                    last = problem;
                }
                catch (GrpcException problem)
                {
                    throw Caller.Translated(problem);
                }

                await Task.Delay(_client.Options.RetryPause, _client.Options.Time, limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ObjectDisposedException.ThrowIf(_client.Core.Ended.IsCancellationRequested, typeof(EtcdClient));
            throw EtcdException.DeadlineExceeded(last);
        }
    }

    /// <summary>
    /// Keeps a lease alive from now on: a third of its time after each renewal it is renewed, at another endpoint when
    /// one fails, until what is returned is disposed or the lease is gone.
    /// </summary>
    public LeaseKeepAlive KeepAlive(long id) => _client.Core.KeepAlive(_client.Settings.Token, id);

    /// <summary>
    /// The same as a sequence of the servers' answers, for as long as it is read; it ends when the lease is gone.
    /// </summary>
    public async IAsyncEnumerable<LeaseKeepAliveResponse> KeepAliveAsync(
        long id, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var keepAlive = KeepAlive(id);
        await using (keepAlive.ConfigureAwait(false))
        {
            await foreach (var answer in keepAlive.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return answer;
            }
        }
    }

    private async Task<LeaseKeepAliveResponse> AskOnceAsync(long id, CancellationToken cancellationToken)
    {
        var (call, endpoint) = await _client.Core.Caller.OpenAsync(
            LeaseKeeper.Path, LeaseKeepAliveResponse.Parser, _client.Settings, cancellationToken).ConfigureAwait(false);
        using (call)
        {
            try
            {
                await call.WriteAsync(new LeaseKeepAliveRequest { ID = id }, cancellationToken).ConfigureAwait(false);
                await foreach (var answer in call.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                {
                    return answer;
                }

                throw new GrpcException(new Status(StatusCode.Unavailable, "EOF"));
            }
            catch (GrpcException problem)
            {
                _client.Core.Caller.Ended(endpoint, problem);
                throw;
            }
        }
    }
}
