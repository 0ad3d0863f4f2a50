using Netcd.Client.Calls;
using Netcd.Client.Namespaces;

namespace Netcd.Client;

/// <summary>
/// A client of an etcd cluster. One object serves a whole program: it is thread safe, keeps one connection to each
/// member it uses, goes on at another endpoint when one fails, and shares one stream among all watches and one among
/// all leases kept alive. Connections are made when they are first needed.
/// </summary>
/// <remarks>
/// Views of the client (<see cref="InNamespace"/>, <see cref="WithTimeout"/>, <see cref="WithRequireLeader"/>,
/// <see cref="ForEndpoint"/>) share its connections and end with it; they need not be disposed.
/// </remarks>
/// <example>
/// <code>
/// await using var client = new EtcdClient("http://127.0.0.1:2379");
/// await client.Kv.PutAsync("greeting", "hello");
/// await foreach (var batch in client.Watch.WatchAsync("greeting"))
/// {
///     foreach (var change in batch.Events)
///     {
///         Console.WriteLine($"{change.Type} {change.Kv.Key.ToStringUtf8()}");
///     }
/// }
/// </code>
/// </example>
public sealed class EtcdClient : IAsyncDisposable
{
    private readonly ClientCore _core;
    private readonly bool _isView;
    private KvClient? _kv;
    private LeaseClient? _leases;
    private WatchClient? _watch;
    private ClusterClient? _cluster;
    private MaintenanceClient? _maintenance;
    private AuthClient? _auth;

    /// <summary>Makes a client. Nothing is connected yet.</summary>
    /// <exception cref="ArgumentException">The options contradict each other, or an endpoint is malformed.</exception>
    /// <exception cref="IOException">A file of <see cref="EtcdTlsOptions"/> cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">One holds no certificate or key.
    /// </exception>
    public EtcdClient(EtcdClientOptions options)
        : this(new ClientCore(options), new CallSettings { Timeout = options.CommandTimeout }, null, isView: false)
    {
    }

    /// <summary>Makes a client with all defaults.</summary>
    public EtcdClient(params string[] endpoints)
        : this(new EtcdClientOptions { Endpoints = endpoints })
    {
    }

    internal EtcdClient(ClientCore core)
        : this(core, new CallSettings(), null, isView: true)
    {
    }

    private EtcdClient(ClientCore core, CallSettings settings, KeySpace? keySpace, bool isView)
    {
        _core = core;
        Settings = settings;
        KeySpace = keySpace;
        _isView = isView;
    }

    /// <summary>Keys and values.</summary>
    public KvClient Kv => _kv ??= new KvClient(this);

    /// <summary>Leases.</summary>
    public LeaseClient Leases => _leases ??= new LeaseClient(this);

    /// <summary>Watches.</summary>
    public WatchClient Watch => _watch ??= new WatchClient(this);

    /// <summary>Members of the cluster.</summary>
    public ClusterClient Cluster => _cluster ??= new ClusterClient(this);

    /// <summary>Status, alarms, snapshots and other care.</summary>
    public MaintenanceClient Maintenance => _maintenance ??= new MaintenanceClient(this);

    /// <summary>Users and roles.</summary>
    public AuthClient Auth => _auth ??= new AuthClient(this);

    /// <summary>The endpoints in use.</summary>
    public IReadOnlyList<string> Endpoints => _core.Endpoints.Endpoints;

    /// <summary>What the client was made with.</summary>
    public EtcdClientOptions Options => _core.Options;

    internal ClientCore Core => _core;

    internal CallSettings Settings { get; }

    internal KeySpace? KeySpace { get; }

    /// <summary>Uses other endpoints from now on. Open streams stay where they are.</summary>
    public void SetEndpoints(IEnumerable<string> endpoints) => _core.Endpoints.Set(endpoints);

    /// <summary>Sets the endpoints to the client addresses of all started voting members.</summary>
    public async Task SyncEndpointsAsync(CancellationToken cancellationToken = default)
    {
        var answer = await Cluster.MemberListAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        var endpoints = answer.Members.Where(member => member is { IsLearner: false, Name.Length: > 0 })
            .SelectMany(member => member.ClientURLs).ToList();
        if (endpoints.Count > 0)
        {
            SetEndpoints(endpoints);
        }
    }

    /// <summary>The same client, with all keys behind a prefix that neither requests nor answers show.</summary>
    public EtcdClient InNamespace(EtcdBytes prefix) =>
        new(
            _core,
            Settings,
            KeySpace is { } outer ? outer.Within(prefix.Bytes) : new KeySpace(prefix.Bytes),
            isView: true);

    /// <summary>The same client with another time limit for each call; null for none.</summary>
    public EtcdClient WithTimeout(TimeSpan? timeout) => View(Settings with { Timeout = timeout });

    /// <summary>
    /// The same client for callers who rather fail than wait: calls and watches end with
    /// <see cref="EtcdErrors.NoLeader"/> when the member they are at loses its leader.
    /// </summary>
    public EtcdClient WithRequireLeader() => View(Settings with { RequireLeader = true });

    /// <summary>The same client with all calls at one endpoint, which need not be among <see cref="Endpoints"/>.
    /// </summary>
    public EtcdClient ForEndpoint(string endpoint) => View(Settings with { Endpoint = endpoint });

    /// <summary>
    /// The same client with another user's token, for who acts for others as a proxy does. The token is sent as it is
    /// and never renewed.
    /// </summary>
    public EtcdClient WithToken(string token) => View(Settings with { Token = token });

    /// <summary>
    /// Gets a token for the user of the options now rather than with the first call, within the dial timeout: who wants
    /// to know early whether name and password are right. Nothing without a user, or where the cluster asks for none.
    /// </summary>
    /// <exception cref="EtcdException">They are wrong, or nobody answers.</exception>
    public Task LogInAsync(CancellationToken cancellationToken = default) =>
        _core.Caller.LogInAsync(cancellationToken);

    /// <summary>Any unary call with messages as bytes, for services that have no method here.</summary>
    /// <param name="path"><c>/package.Service/Method</c>.</param>
    /// <param name="request">The request message.</param>
    /// <param name="isRepeatable">Making the call twice does no harm.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    public Task<byte[]> CallAsync(
        string path, byte[] request, bool isRepeatable, CancellationToken cancellationToken = default) =>
        _core.Caller.CallAsync(
            path, request, isRepeatable ? RetryClass.Repeatable : RetryClass.Once, Settings, cancellationToken);

    /// <summary>
    /// Opens any streaming call at one endpoint, for services that have no method here. It ends when its connection
    /// does: who wants to go on opens another.
    /// </summary>
    /// <typeparam name="TResponse">What the server sends.</typeparam>
    /// <param name="path"><c>/package.Service/Method</c>.</param>
    /// <param name="parser">Reads what the server sends.</param>
    /// <param name="cancellationToken">Gives the opening up.</param>
    public async Task<EtcdStream<TResponse>> OpenStreamAsync<TResponse>(
        string path, MessageParser<TResponse> parser, CancellationToken cancellationToken = default)
        where TResponse : IMessage<TResponse>
    {
        var (call, endpoint) = await _core.Caller.OpenAsync(path, parser, Settings, cancellationToken)
            .ConfigureAwait(false);
        return new EtcdStream<TResponse>(_core.Caller, call, endpoint);
    }

    /// <summary>Ends all watches and keep-alives and closes the connections. A view does nothing.</summary>
    public ValueTask DisposeAsync() => _isView ? ValueTask.CompletedTask : _core.DisposeAsync();

    internal Task<TResponse> CallAsync<TResponse>(
        Rpc<TResponse> rpc, IMessage request, CancellationToken cancellationToken)
        where TResponse : IMessage<TResponse> =>
        _core.Caller.CallAsync(rpc, request, Settings, cancellationToken);

    internal Task<TResponse> CallAtAsync<TResponse>(
        string? endpoint, Rpc<TResponse> rpc, IMessage request, CancellationToken cancellationToken)
        where TResponse : IMessage<TResponse> =>
        _core.Caller.CallAsync(
            rpc, request, endpoint is null ? Settings : Settings with { Endpoint = endpoint }, cancellationToken);

    private EtcdClient View(CallSettings settings) => new(_core, settings, KeySpace, isView: true);
}
