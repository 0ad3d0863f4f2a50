using Google.Protobuf.Reflection;
using Netcd.Api.Access;
using Netcd.Api.Errors;
using Netcd.Api.Tests.Support;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Server;

namespace Netcd.Api.Tests.Access;

/// <summary>Each method of each service definition has a rule, and the rule is kept.</summary>
public sealed class AccessPolicyTests
{
    /// <summary>Methods that are served and asked nothing of.</summary>
    private static readonly Rpc[] Open = [Rpc.Authenticate, Rpc.HealthCheck, Rpc.HealthList, Rpc.HealthWatch];

    /// <summary>Well-formed, and enough for a request to come to the question who asks.</summary>
    private static readonly byte[] Key = [0x0A, 0x01, 0x61];

    public static TheoryData<string> Methods => [.. Enum.GetNames<Rpc>()];

    [Fact]
    public void Service_definitions_and_the_list_of_methods_are_the_same()
    {
        FileDescriptor[] files =
        [
            RpcReflection.Descriptor,
            Proto.Lock.LockReflection.Descriptor,
            Proto.Election.ElectionReflection.Descriptor,
            Proto.Health.HealthReflection.Descriptor,
        ];
        var defined = files.SelectMany(file => file.Services)
            .SelectMany(service => service.Methods.Select(method => (service.FullName, method.Name)));
        Assert.Equal(defined.Order(), Enum.GetValues<Rpc>().Select(AccessPolicy.NameOf).Order());
    }

    [Fact]
    public async Task Every_method_that_is_served_is_in_the_list()
    {
        using var api = await TestApi.StartAsync();
        var known = Enum.GetValues<Rpc>().Select(AccessPolicy.NameOf).ToHashSet();
        Assert.All(api.Methods.Methods, method => Assert.Contains((method.Service, method.Name), known));
    }

    [Fact]
    public void Only_methods_that_must_be_are_open() =>
        Assert.Equal(Open, Enum.GetValues<Rpc>().Where(rpc => AccessPolicy.Of(rpc) == AccessRule.Open));

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Every_method_refuses_a_bad_token_and_who_has_none(string name)
    {
        var rpc = Enum.Parse<Rpc>(name);
        var (service, method) = AccessPolicy.NameOf(rpc);
        if (Open.Contains(rpc) || service.StartsWith("v3", StringComparison.Ordinal))
        {
            return;
        }

        using var api = await TestApi.StartAsync();
        await api.EnableAuthAsync();
        var path = $"/{service}/{method}";
        var badToken = ErrorTable.For(Refusal.InvalidAuthToken);
        Assert.Equal(badToken, await AskAsync(api, path, ("token", "forged.1")));
        Assert.Equal(badToken, await AskAsync(api, path, ("authorization", "forged.1")));
        Assert.Equal(ErrorTable.For(Refusal.UserEmpty), await AskAsync(api, path));
    }

    private static async Task<Status> AskAsync(TestApi api, string path, params (string, string)[] metadata)
    {
        var method = api.Methods.Methods.Single(one => one.Path == path);
        if (method.Unary is not null)
        {
            // A transaction asks for no right before it touches a key; a member is not added without an address.
            byte[] request = method.Name switch
            {
                "Txn" => [0x0A, 0x03, 0x1A, 0x01, 0x61],
                "MemberAdd" => [0x0A, 0x12, .. "http://127.0.0.1:1"u8],
                "Range" or "Put" or "DeleteRange" or "UserGet" => Key,
                _ => [],
            };
            return (await api.CallAsync(path, request, metadata)).Status;
        }

        var stream = api.Open(path, metadata);
        if (method.Name != "Watch")
        {
            stream.Send(method.Name == "RangeStream" ? Key : []);
            return await stream.End;
        }

        stream.Send(new WatchRequest { CreateRequest = new WatchCreateRequest { Key = TestApi.Bytes("a") } });
        var response = await stream.NextAsync(WatchResponse.Parser);
        stream.Close();
        return Enum.GetValues<Refusal>().Where(one => one != Refusal.None).Select(ErrorTable.For)
            .First(status => ErrorTable.AsText(status) == response.CancelReason);
    }
}
