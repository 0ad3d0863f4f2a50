using System.Net.Security;

namespace Netcd.Client;

/// <summary>How a client reaches its cluster. All have defaults but the endpoints.</summary>
/// <example>
/// <code>
/// await using var client = new EtcdClient(new EtcdClientOptions
/// {
///     Endpoints = ["http://10.0.0.1:2379", "http://10.0.0.2:2379", "http://10.0.0.3:2379"],
///     CommandTimeout = TimeSpan.FromSeconds(5),
///     Username = "root",
///     Password = password,
/// });
/// </code>
/// </example>
public sealed record EtcdClientOptions
{
    /// <summary>
    /// The members' client addresses: <c>http://host:port</c>, <c>https://host:port</c>, <c>host:port</c> (https when
    /// <see cref="Tls"/> is given), <c>unix://path</c>, <c>unixs://path</c>.
    /// </summary>
    public required IReadOnlyList<string> Endpoints { get; init; }

    /// <summary>TLS from files; null for none but the system's trust where an endpoint says https.</summary>
    public EtcdTlsOptions? Tls { get; init; }

    /// <summary>TLS by code instead of files; goes before <see cref="Tls"/>.</summary>
    public SslClientAuthenticationOptions? TlsAuthentication { get; init; }

    /// <summary>Time to make a connection before the next endpoint is tried, and to get a token.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Time of one call, its repetitions included; null for no limit. Streams have none. See
    /// <see cref="EtcdClient.WithTimeout"/> for single calls.
    /// </summary>
    public TimeSpan? CommandTimeout { get; init; }

    /// <summary>
    /// A connection with open calls that is silent this long is pinged; null for never. Less than ten seconds counts as
    /// ten, as for grpc's own client: servers close connections that are pinged more often.
    /// </summary>
    public TimeSpan? KeepAliveTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A ping that is not answered within this time ends the connection.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Ping connections without open calls too; servers may take that for an attack.</summary>
    public bool PingsIdleConnections { get; init; }

    /// <summary>
    /// A call for which no endpoint can be connected to fails at once with Unavailable instead of waiting for one.
    /// </summary>
    public bool FailsFast { get; init; }

    /// <summary>User name; with the password it is exchanged for a token.</summary>
    public string? Username { get; init; }

    /// <summary>Password.</summary>
    public string? Password { get; init; }

    /// <summary>A token to send as it is, instead of a user name; never renewed.</summary>
    public string? Token { get; init; }

    /// <summary>Longest request: etcd's client refuses longer ones itself.</summary>
    public int SendBytesMax { get; init; } = 2 * 1024 * 1024;

    /// <summary>Longest answer.</summary>
    public int ReceiveBytesMax { get; init; } = int.MaxValue;

    /// <summary>How often a call is tried that may be tried again.</summary>
    public int AttemptsMax { get; init; } = 100;

    /// <summary>Pause after as many attempts as a quorum of endpoints.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>Set the endpoints to the members' addresses this often; null for never.</summary>
    public TimeSpan? EndpointSyncInterval { get; init; }

    /// <summary>
    /// Batches of events a watcher holds for a reader that is behind. Beyond, its watch is stopped at the server and
    /// taken up again where it was when the reader has caught up.
    /// </summary>
    public int WatchBatchesMax { get; init; } = 1024;

    /// <summary>The same in bytes.</summary>
    public int WatchBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// Told of every attempt that failed, also of those that are made again. Called from the call's own thread: it must
    /// be quick.
    /// </summary>
    public Action<FailedAttempt>? AttemptFailed { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
