using System.Net.Security;
using Netcd.Client.Calls;
using Netcd.Grpc.Client;

namespace Netcd.Client.Endpoints;

/// <summary>
/// The endpoints and their health. Calls take the healthy ones in turn; one that could not be reached is left out for a
/// growing time, unless there is no other. Thread safe.
/// </summary>
internal sealed class EndpointSet : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    // grpc-go's own floor (internal.KeepaliveMinPingTime): servers close connections that ping more often than every
    // five seconds.
    private static readonly TimeSpan ShortestKeepAlive = TimeSpan.FromSeconds(10);

    // grpc-go's, for a timeout of zero; less than a second the handler does not take.
    private static readonly TimeSpan DefaultKeepAliveTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ShortestKeepAliveTimeout = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly EtcdClientOptions _options;
    private readonly TlsFiles? _tls;

    // Channels of endpoints that were removed stay until the client ends: calls may be open on them.
    private readonly Dictionary<string, EndpointState> _all = new(StringComparer.Ordinal);
    private EndpointState[] _current = [];
    private uint _turn;
    private bool _isDisposed;

    public EndpointSet(EtcdClientOptions options)
    {
        _options = options;
        _tls = options.Tls is { } tls ? new TlsFiles(tls) : null;
        Set(options.Endpoints);

        // Not every client of a fleet begins with the first.
        _turn = (uint)Random.Shared.Next(Math.Max(1, options.Endpoints.Count));
    }

    public IReadOnlyList<string> Endpoints
    {
        get
        {
            lock (_lock)
            {
                return [.. _current.Select(state => state.Endpoint.Text)];
            }
        }
    }

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _current.Length;
            }
        }
    }

    public void Set(IEnumerable<string> endpoints)
    {
        lock (_lock)
        {
            var next = new List<EndpointState>();
            UriFormatException? malformed = null;
            foreach (var endpoint in endpoints.Distinct(StringComparer.Ordinal))
            {
                try
                {
                    next.Add(StateOf(endpoint));
                }
                catch (UriFormatException problem)
                {
                    // One that cannot be dialled is left out as long as there is another: "a:2379," has two.
                    malformed ??= problem;
                }
            }

            _current = next.Count > 0
                ? [.. next]
                : throw malformed ?? (Exception)new ArgumentException(
                    "at least one Endpoint is required in client config", nameof(endpoints));
        }
    }

    /// <summary>The one to use next.</summary>
    /// <param name="only">Use this one; null for any.</param>
    /// <param name="wait">How long to wait before it is used: all are out of reach.</param>
    public EndpointState Next(string? only, out TimeSpan wait)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(EtcdClient));
            var now = _options.Time.GetTimestamp();
            if (only is not null)
            {
                var state = TryStateOf(only);
                wait = Left(state, now);
                return state;
            }

            EndpointState? soonest = null;
            for (var i = 0; i < _current.Length; i++)
            {
                var state = _current[_turn++ % (uint)_current.Length];
                if (state.RetryAt <= now)
                {
                    wait = TimeSpan.Zero;
                    return state;
                }

                soonest = soonest is null || state.RetryAt < soonest.RetryAt ? state : soonest;
            }

            // Never null: there is at least one endpoint.
            wait = Left(soonest!, now);
            return soonest!;
        }
    }

    /// <summary>No connection could be made, or it was lost.</summary>
    public void Failed(EndpointState state)
    {
        lock (_lock)
        {
            state.Pause = state.Pause == TimeSpan.Zero ? FirstPause : Min(state.Pause * 1.6, LongestPause);
            var jittered = state.Pause * (0.9 + (Random.Shared.NextDouble() * 0.2));
            state.RetryAt = _options.Time.GetTimestamp()
                + (long)(jittered.TotalSeconds * _options.Time.TimestampFrequency);
        }
    }

    public void Succeeded(EndpointState state)
    {
        if (state.Pause != TimeSpan.Zero)
        {
            lock (_lock)
            {
                state.Pause = TimeSpan.Zero;
                state.RetryAt = 0;
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            foreach (var state in _all.Values)
            {
                state.Channel.Dispose();
            }
        }
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private TimeSpan Left(EndpointState state, long now) =>
        state.RetryAt <= now ? TimeSpan.Zero : _options.Time.GetElapsedTime(now, state.RetryAt);

    // A command that visits the endpoints one by one goes on with the next.
    private EndpointState TryStateOf(string text)
    {
        try
        {
            return StateOf(text);
        }
        catch (UriFormatException problem)
        {
            throw new EtcdException(StatusCode.Unavailable, problem.Message, problem);
        }
    }

    private EndpointState StateOf(string text)
    {
        if (!_all.TryGetValue(text, out var state))
        {
            var endpoint = Endpoint.Parse(text, _tls is not null || _options.TlsAuthentication is not null);
            _all[text] = state = new EndpointState(endpoint, Connect(endpoint));
        }

        return state;
    }

    private GrpcChannel Connect(Endpoint endpoint) => new(
        endpoint.Address,
        new GrpcChannelOptions
        {
            Tls = endpoint.IsTls ? TlsOf(endpoint) : null,
            Authority = AuthorityOf(endpoint),
            UnixPath = endpoint.UnixPath,
            ConnectTimeout = TimeLimits.IsLimit(_options.DialTimeout) ? _options.DialTimeout : null,
            KeepAliveTime = _options.KeepAliveTime is { } time && TimeLimits.IsLimit(time, orLess: true)
                ? Max(time, ShortestKeepAlive)
                : null,
            KeepAliveTimeout = _options.KeepAliveTimeout == TimeSpan.Zero
                ? DefaultKeepAliveTimeout
                : Min(Max(_options.KeepAliveTimeout, ShortestKeepAliveTimeout), TimeLimits.Longest),
            PingsIdleConnections = _options.PingsIdleConnections,
            SendBytesMax = _options.SendBytesMax,
            ReceiveBytesMax = _options.ReceiveBytesMax,
        });

    // Null: the address itself.
    private string? AuthorityOf(Endpoint endpoint)
    {
        if (!endpoint.IsTls)
        {
            return null;
        }

        var name = _options.TlsAuthentication is { } given ? given.TargetHost : _options.Tls?.ServerName;
        return name is { Length: > 0 } ? name : endpoint.UnixPath is null ? null : endpoint.ServerName;
    }

    private SslClientAuthenticationOptions? TlsOf(Endpoint endpoint) =>
        _options.TlsAuthentication ?? _tls?.For(endpoint.ServerName);
}
