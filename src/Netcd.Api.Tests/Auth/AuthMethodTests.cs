using Netcd.Api.Errors;
using Netcd.Api.Tests.Support;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Server;

namespace Netcd.Api.Tests.Auth;

public sealed class AuthMethodTests
{
    [Fact]
    public async Task Auth_that_is_off_says_so()
    {
        using var api = await TestApi.StartAsync();
        var status = (await AuthAsync(api, "AuthStatus", new AuthStatusRequest())).As(AuthStatusResponse.Parser);
        Assert.Equal((false, 1UL, 1L), (status.Enabled, status.AuthRevision, status.Header.Revision));
        var disabled = (await AuthAsync(api, "AuthDisable", new AuthDisableRequest())).As(AuthDisableResponse.Parser);
        Assert.Equal(1, disabled.Header.Revision);
        Assert.Equal(
            ErrorTable.For(Refusal.AuthNotEnabled),
            (await AuthAsync(api, "Authenticate", new AuthenticateRequest { Name = "root" })).Status);
        Assert.Equal(
            ErrorTable.For(Refusal.RootUserNotExist),
            (await AuthAsync(api, "AuthEnable", new AuthEnableRequest())).Status);
    }

    [Fact]
    public async Task Users_are_refused_rather_than_forgotten()
    {
        using var api = await TestApi.StartAsync();
        var result = await AuthAsync(api, "UserAdd", new AuthUserAddRequest { Name = "alice" });
        Assert.Equal(StatusCode.Unimplemented, result.Status.Code);
    }

    private static Task<CallResult> AuthAsync(TestApi api, string name, Google.Protobuf.IMessage request) =>
        api.CallAsync($"/etcdserverpb.Auth/{name}", request);
}
