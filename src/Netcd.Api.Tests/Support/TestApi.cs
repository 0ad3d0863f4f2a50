using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Netcd.Api.Metrics;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Server;
using Netcd.TestKit;
using Netcd.TestKit.Disk;
using Member = Netcd.Server.Member;

namespace Netcd.Api.Tests.Support;

/// <summary>The API over a real member of a cluster of one on a simulated disk, called as a transport calls it.</summary>
internal sealed class TestApi : IDisposable
{
    public const string ServerVersion = "3.6.14";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Member _member;
    private readonly ApiServer _server;

    private TestApi(Func<ApiOptions, ApiOptions>? change, long quotaBytes)
    {
        _member = Netcd.Server.Member.Open(new MemberOptions
        {
            Name = "one",
            DataDirectory = "/data",
            InitialCluster = [new InitialMember("one", ["http://127.0.0.1:2380"])],
            AdvertiseClientUrls = ["http://127.0.0.1:2379"],
            Disk = new SimDisk(),
            Time = Time,
            Seed = 1,
            QuotaBytes = quotaBytes,
        });
        Member = new MemberProxy(_member);
        var options = new ApiOptions { BcryptCost = 4 };
        _server = new ApiServer(Member, change?.Invoke(options) ?? options, new MetricsPage(), Time, NullLogger.Instance);
        _member.Start();
    }

    public ManualTime Time { get; } = new();

    public MemberProxy Member { get; }

    public MethodTable Methods => _server.Methods;

    public IEnumerable<string> WebPaths => _server.WebPaths;

    public static async Task<TestApi> StartAsync(Func<ApiOptions, ApiOptions>? change = null, long quotaBytes = 0)
    {
        var api = new TestApi(change, quotaBytes);
        await api._member.Ready.WaitAsync(Patience);
        return api;
    }

    public static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);

    public void Dispose()
    {
        _server.Dispose();
        _member.Dispose();
    }

    public async Task<CallResult> CallAsync(string path, byte[] request, params (string, string)[] metadata)
    {
        Assert.True(_server.Methods.TryGet(path, out var method), path);
        var call = new TestCall();
        call.Run(method, request, new TestMetadata(metadata));
        return await call.Result.WaitAsync(Patience);
    }

    public Task<CallResult> CallAsync(string path, IMessage request, params (string, string)[] metadata) =>
        CallAsync(path, request.ToByteArray(), metadata);

    public Task<CallResult> AuthAsync(string name, IMessage request, string? token = null) =>
        CallAsync($"/etcdserverpb.Auth/{name}", request, token is null ? [] : [("token", token)]);

    /// <summary>Makes user root and turns auth on; his password is "root-pw". bcrypt is as cheap as it gets.</summary>
    public async Task EnableAuthAsync()
    {
        await OkAsync("UserAdd", new AuthUserAddRequest { Name = "root", Password = "root-pw" });
        await OkAsync("UserGrantRole", new AuthUserGrantRoleRequest { User = "root", Role = "root" });
        await OkAsync("AuthEnable", new AuthEnableRequest());
    }

    /// <summary>A user with one role of his own name, before auth is on.</summary>
    public async Task AddUserAsync(string name, params Proto.Auth.Permission[] permissions)
    {
        await OkAsync("UserAdd", new AuthUserAddRequest { Name = name, Password = $"{name}-pw" });
        await OkAsync("RoleAdd", new AuthRoleAddRequest { Name = name });
        foreach (var permission in permissions)
        {
            await OkAsync(
                "RoleGrantPermission", new AuthRoleGrantPermissionRequest { Name = name, Perm = permission });
        }

        await OkAsync("UserGrantRole", new AuthUserGrantRoleRequest { User = name, Role = name });
    }

    public async Task<string> LoginAsync(string name)
    {
        var request = new AuthenticateRequest { Name = name, Password = $"{name}-pw" };
        return (await AuthAsync("Authenticate", request)).As(AuthenticateResponse.Parser).Token;
    }

    public async Task OkAsync(string name, IMessage request, string? token = null) =>
        Assert.Equal(Status.OK, (await AuthAsync(name, request, token)).Status);

    public Task<CallResult> KvAsync(string name, IMessage request) => CallAsync($"/etcdserverpb.KV/{name}", request);

    public Task<CallResult> MaintenanceAsync(string name, IMessage request) =>
        CallAsync($"/etcdserverpb.Maintenance/{name}", request);

    public async Task<long> PutAsync(string key, string value, long lease = 0)
    {
        var request = new PutRequest { Key = Bytes(key), Value = Bytes(value), Lease = lease };
        return (await KvAsync("Put", request)).As(PutResponse.Parser).Header.Revision;
    }

    public async Task<RangeResponse> RangeAsync(RangeRequest request) =>
        (await KvAsync("Range", request)).As(RangeResponse.Parser);

    public Task<RangeResponse> GetAsync(string key) => RangeAsync(new RangeRequest { Key = Bytes(key) });

    public TestStream Open(string path, params (string, string)[] metadata)
    {
        Assert.True(_server.Methods.TryGet(path, out var method), path);
        return new TestStream(method, new TestMetadata(metadata));
    }

    public TestStream Watch(params (string, string)[] metadata) => Open("/etcdserverpb.Watch/Watch", metadata);

    /// <summary>Status, headers and body of a GET, or of another method.</summary>
    public Task<(int Status, IHeaderDictionary Headers, string Body)> WebAsync(
        string pathAndQuery, string verb = "GET", string host = "127.0.0.1", bool metricsListener = false) =>
        WebAsync(Request(pathAndQuery, verb, host), metricsListener);

    /// <summary>The same of a POST with a body.</summary>
    public Task<(int Status, IHeaderDictionary Headers, string Body)> PostAsync(
        string path, string body, params (string Name, string Value)[] headers) =>
        SendAsync("POST", path, body, headers);

    /// <summary>The same of any method.</summary>
    public Task<(int Status, IHeaderDictionary Headers, string Body)> SendAsync(
        string verb, string path, string body, params (string Name, string Value)[] headers)
    {
        var context = Request(path, verb, "127.0.0.1");
        var bytes = Encoding.UTF8.GetBytes(body);
        context.Request.Body = new MemoryStream(bytes);
        context.Request.ContentLength = bytes.Length;
        foreach (var (name, value) in headers)
        {
            context.Request.Headers[name] = value;
        }

        return WebAsync(context, metricsListener: false);
    }

    private static DefaultHttpContext Request(string pathAndQuery, string verb, string host)
    {
        var split = pathAndQuery.Split('?', 2);
        var context = new DefaultHttpContext();
        context.Request.Method = verb;
        context.Request.Path = split[0];
        context.Request.QueryString = new QueryString(split.Length > 1 ? $"?{split[1]}" : "");
        context.Request.Host = new HostString(host, 2379);
        return context;
    }

    private async Task<(int Status, IHeaderDictionary Headers, string Body)> WebAsync(
        DefaultHttpContext context, bool metricsListener)
    {
        using var body = new MemoryStream();
        context.Response.Body = body;
        await (metricsListener ? _server.HandleMetricsAsync(context) : _server.HandleWebAsync(context));
        return (context.Response.StatusCode, context.Response.Headers, Encoding.UTF8.GetString(body.ToArray()));
    }
}
