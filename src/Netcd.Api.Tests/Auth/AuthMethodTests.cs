using Google.Protobuf;
using Netcd.Api.Errors;
using Netcd.Api.Tests.Support;
using Netcd.Grpc;
using Netcd.Proto.Auth;
using Netcd.Proto.EtcdServer;
using Netcd.Server;

namespace Netcd.Api.Tests.Auth;

public sealed class AuthMethodTests
{
    private const string Put = "/etcdserverpb.KV/Put";
    private const string Range = "/etcdserverpb.KV/Range";

    [Fact]
    public async Task Auth_that_is_off_says_so()
    {
        using var api = await TestApi.StartAsync();
        var status = (await api.AuthAsync("AuthStatus", new AuthStatusRequest())).As(AuthStatusResponse.Parser);
        Assert.Equal((false, 1UL, 1L), (status.Enabled, status.AuthRevision, status.Header.Revision));
        await api.OkAsync("AuthDisable", new AuthDisableRequest());
        await RefusedAsync(api, Refusal.AuthNotEnabled, "Authenticate", new AuthenticateRequest { Name = "root" });
        await RefusedAsync(api, Refusal.RootUserNotExist, "AuthEnable", new AuthEnableRequest());
    }

    [Fact]
    public async Task Login_gives_a_token_that_counts_and_a_wrong_password_none()
    {
        using var api = await TestApi.StartAsync();
        await api.EnableAuthAsync();
        var token = await api.LoginAsync("root");
        Assert.Matches("^[a-zA-Z]{16}\\.[0-9]+$", token);
        await RefusedAsync(
            api, Refusal.AuthFailed, "Authenticate", new AuthenticateRequest { Name = "root", Password = "root-p" });
        await RefusedAsync(
            api, Refusal.AuthFailed, "Authenticate", new AuthenticateRequest { Name = "rooT", Password = "root-pw" });
        var users = (await api.AuthAsync("UserList", new AuthUserListRequest(), token)).As(AuthUserListResponse.Parser);
        Assert.Equal(["root"], users.Users);
        (string, string)[] forms =
            [("token", token), ("authorization", token), ("authorization", $"Bearer {token}")];
        foreach (var (key, value) in forms)
        {
            var put = await api.CallAsync(Put, new PutRequest { Key = TestApi.Bytes("k") }, (key, value));
            Assert.Equal(Status.OK, put.Status);
        }

        // What "token" holds counts, whatever "authorization" does.
        var mixed = await api.CallAsync(
            Put, new PutRequest { Key = TestApi.Bytes("k") }, ("authorization", token), ("token", "forged.1"));
        Assert.Equal(ErrorTable.For(Refusal.InvalidAuthToken), mixed.Status);
    }

    [Fact]
    public async Task Second_login_needs_no_bcrypt_until_the_user_changes()
    {
        using var api = await TestApi.StartAsync();
        await api.AddUserAsync("alice");
        await api.EnableAuthAsync();
        var root = await api.LoginAsync("root");
        var first = await api.LoginAsync("alice");
        Assert.NotEqual(first, await api.LoginAsync("alice"));
        await api.OkAsync(
            "UserChangePassword", new AuthUserChangePasswordRequest { Name = "alice", Password = "other" }, root);
        await RefusedAsync(
            api, Refusal.AuthFailed, "Authenticate", new AuthenticateRequest { Name = "alice", Password = "alice-pw" });
        Assert.Equal(ErrorTable.For(Refusal.InvalidAuthToken), await PutAsync(api, "k", first));
        await api.OkAsync("Authenticate", new AuthenticateRequest { Name = "alice", Password = "other" });
        await api.OkAsync("UserDelete", new AuthUserDeleteRequest { Name = "alice" }, root);
        await RefusedAsync(
            api, Refusal.AuthFailed, "Authenticate", new AuthenticateRequest { Name = "alice", Password = "other" });
    }

    [Fact]
    public async Task User_without_password_cannot_log_in_and_his_is_not_logged()
    {
        using var api = await TestApi.StartAsync();
        await api.EnableAuthAsync();
        var root = await api.LoginAsync("root");
        var request = new AuthUserAddRequest
        {
            Name = "nopw",
            Password = "canary",
            HashedPassword = "canary",
            Options = new UserAddOptions { NoPassword = true },
        };
        await api.OkAsync("UserAdd", request, root);
        Assert.Empty(api.Member.Auth.FindUser("nopw"u8)!.Password);
        await RefusedAsync(
            api, Refusal.NoPasswordUser, "Authenticate",
            new AuthenticateRequest { Name = "nopw", Password = "canary" });
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(72, true)]
    [InlineData(73, false)]
    public async Task Password_may_have_up_to_72_bytes(int length, bool isTaken)
    {
        using var api = await TestApi.StartAsync();
        var password = new string('x', length);
        var added = await api.AuthAsync("UserAdd", new AuthUserAddRequest { Name = "u", Password = password });
        Assert.Equal(isTaken ? Status.OK : ErrorTable.PasswordTooLong, added.Status);
        await api.EnableAuthAsync();
        var login = await api.AuthAsync("Authenticate", new AuthenticateRequest { Name = "u", Password = password });
        Assert.Equal(isTaken ? Status.OK : ErrorTable.For(Refusal.AuthFailed), login.Status);
    }

    [Fact]
    public async Task Password_and_name_are_bytes()
    {
        using var api = await TestApi.StartAsync();
        byte[] user = [0x0A, 0x02, 0xFF, 0x00, 0x12, 0x03, 0x00, 0xFE, 0x00];
        Assert.Equal(Status.OK, (await api.CallAsync("/etcdserverpb.Auth/UserAdd", user)).Status);
        await api.EnableAuthAsync();
        Assert.Equal(Status.OK, (await api.CallAsync("/etcdserverpb.Auth/Authenticate", user)).Status);
        user[^1] = 1;
        Assert.Equal(
            ErrorTable.For(Refusal.AuthFailed), (await api.CallAsync("/etcdserverpb.Auth/Authenticate", user)).Status);
    }

    [Fact]
    public async Task Permissions_decide_about_keys()
    {
        using var api = await TestApi.StartAsync();
        await api.AddUserAsync(
            "alice",
            new Permission
            {
                PermType = Permission.Types.Type.Readwrite, Key = TestApi.Bytes("a"), RangeEnd = TestApi.Bytes("b"),
            },
            new Permission { PermType = Permission.Types.Type.Write, Key = TestApi.Bytes("w") });
        await api.EnableAuthAsync();
        var denied = ErrorTable.For(Refusal.PermissionDenied);
        var alice = await api.LoginAsync("alice");
        Assert.Equal(Status.OK, await PutAsync(api, "ax", alice));
        Assert.Equal(denied, await PutAsync(api, "b", alice));
        Assert.Equal(Status.OK, await PutAsync(api, "w", alice));
        Assert.Equal(
            denied, await CallAsync(api, Put, new PutRequest { Key = TestApi.Bytes("w"), PrevKv = true }, alice));
        Assert.Equal(denied, await CallAsync(api, Range, new RangeRequest { Key = TestApi.Bytes("w") }, alice));
        Assert.Equal(Status.OK, await CallAsync(
            api, Range, new RangeRequest { Key = TestApi.Bytes("a"), RangeEnd = TestApi.Bytes("b") }, alice));
        Assert.Equal(denied, await CallAsync(
            api, Range, new RangeRequest { Key = TestApi.Bytes("a"), RangeEnd = TestApi.Bytes("\0") }, alice));
        api.Member.MustWaitForReads = true;
        Assert.Equal(denied, await CallAsync(api, Range, new RangeRequest { Key = TestApi.Bytes("w") }, alice));
        Assert.Equal(Status.OK, await CallAsync(api, Range, new RangeRequest { Key = TestApi.Bytes("ax") }, alice));
    }

    [Fact]
    public async Task Watch_from_a_key_on_needs_all_keys_from_it_on()
    {
        using var api = await TestApi.StartAsync();
        await api.AddUserAsync("alice", new Permission { Key = TestApi.Bytes("k") });
        await api.EnableAuthAsync();
        var alice = await api.LoginAsync("alice");
        var stream = api.Watch(("token", alice));
        stream.Send(Create("k", ""));
        Assert.False((await stream.NextAsync(WatchResponse.Parser)).Canceled);
        stream.Send(Create("k", "\0"));
        var refused = await stream.NextAsync(WatchResponse.Parser);
        Assert.Equal(
            (true, "rpc error: code = PermissionDenied desc = etcdserver: permission denied"),
            (refused.Canceled, refused.CancelReason));
        stream.Close();
    }

    [Fact]
    public async Task Token_of_a_login_that_is_not_applied_yet_waits_for_it_and_no_longer()
    {
        using var api = await TestApi.StartAsync();
        await api.EnableAuthAsync();
        var pending = PutAsync(api, "k", "notyetnotyetnoty.9999999");
        await Task.Yield();
        Assert.False(pending.IsCompleted);
        var watch = api.Watch(("token", "notyetnotyetnoty.9999999"));
        watch.Send(Create("k", ""));
        Assert.False(watch.HasMessage);
        api.Time.Advance(TimeSpan.FromSeconds(8));
        Assert.Equal(ErrorTable.For(Refusal.InvalidAuthToken), await pending);
        Assert.Contains(
            "invalid auth token", (await watch.NextAsync(WatchResponse.Parser)).CancelReason, StringComparison.Ordinal);
        watch.Close();
    }

    [Fact]
    public async Task Token_lives_on_with_use_and_ends_without()
    {
        using var api = await TestApi.StartAsync();
        await api.EnableAuthAsync();
        var token = await api.LoginAsync("root");
        for (var i = 0; i < 3; i++)
        {
            api.Time.Advance(TimeSpan.FromSeconds(250));
            Assert.Equal(Status.OK, await PutAsync(api, "k", token));
        }

        api.Time.Advance(TimeSpan.FromSeconds(301));
        Assert.Equal(ErrorTable.For(Refusal.InvalidAuthToken), await PutAsync(api, "k", token));
    }

    [Fact]
    public async Task Auth_that_is_turned_off_forgets_all_tokens()
    {
        using var api = await TestApi.StartAsync();
        await api.EnableAuthAsync();
        var token = await api.LoginAsync("root");
        await api.OkAsync("AuthDisable", new AuthDisableRequest(), token);
        Assert.Equal(Status.OK, await PutAsync(api, "k", token));
        await api.OkAsync("AuthEnable", new AuthEnableRequest());
        Assert.Equal(ErrorTable.For(Refusal.InvalidAuthToken), await PutAsync(api, "k", token));
    }

    [Fact]
    public async Task Users_ask_about_themselves_and_their_roles_only()
    {
        using var api = await TestApi.StartAsync();
        await api.AddUserAsync("alice");
        await api.AddUserAsync("bob");
        await api.EnableAuthAsync();
        var alice = await api.LoginAsync("alice");
        await api.OkAsync("UserGet", new AuthUserGetRequest { Name = "alice" }, alice);
        await api.OkAsync("RoleGet", new AuthRoleGetRequest { Role = "alice" }, alice);
        await RefusedAsync(api, Refusal.PermissionDenied, "UserGet", new AuthUserGetRequest { Name = "bob" }, alice);
        await RefusedAsync(api, Refusal.PermissionDenied, "RoleGet", new AuthRoleGetRequest { Role = "bob" }, alice);
        await RefusedAsync(api, Refusal.PermissionDenied, "UserAdd", new AuthUserAddRequest { Name = "eve" }, alice);

        // Nobody has no name, and asks about the user who has none.
        await RefusedAsync(api, Refusal.UserNotFound, "UserGet", new AuthUserGetRequest());
    }

    private static WatchRequest Create(string key, string end) => new()
    {
        CreateRequest = new WatchCreateRequest { Key = TestApi.Bytes(key), RangeEnd = TestApi.Bytes(end) },
    };

    private static Task<Status> PutAsync(TestApi api, string key, string token) =>
        CallAsync(api, Put, new PutRequest { Key = TestApi.Bytes(key) }, token);

    private static async Task<Status> CallAsync(TestApi api, string path, IMessage request, string token) =>
        (await api.CallAsync(path, request, ("token", token))).Status;

    private static async Task RefusedAsync(
        TestApi api, Refusal refusal, string name, IMessage request, string? token = null) =>
        Assert.Equal(ErrorTable.For(refusal), (await api.AuthAsync(name, request, token)).Status);
}
