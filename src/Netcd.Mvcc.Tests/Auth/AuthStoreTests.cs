using System.Text;
using Netcd.TestKit.Disk;

namespace Netcd.Mvcc.Tests.Auth;

public sealed class AuthStoreTests : IDisposable
{
    private readonly SimDisk _disk = new();
    private readonly Backend _backend;
    private readonly AuthStore _store;

    public AuthStoreTests()
    {
        _disk.CreateDirectory("/data");
        _backend = Backend.Open(_disk, "/data/db", new BackendOptions(), static failure => throw failure);
        _store = new AuthStore(_backend);
    }

    public void Dispose() => _backend.Dispose();

    [Fact]
    public void New_store_has_revision_1_and_is_off()
    {
        Assert.Equal((false, 1UL), (_store.State.IsEnabled, _store.State.Revision));
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 1], _backend.Get(BucketId.Auth, "authRevision"u8));
        Assert.Null(_backend.Get(BucketId.Auth, "authEnabled"u8));
    }

    [Fact]
    public void Auth_needs_root_and_his_role()
    {
        Assert.Equal(AuthStatus.RootUserNotExist, Do(store => store.Enable()));
        Assert.Equal(AuthStatus.Ok, Do(store => store.AddUser("root"u8, "hash"u8, null)));
        Assert.Equal(AuthStatus.RootRoleNotExist, Do(store => store.Enable()));
        Assert.Equal(AuthStatus.Ok, Do(store => store.GrantRole("root"u8, "root"u8)));
        Assert.Equal(AuthStatus.Ok, Do(store => store.Enable()));

        // Turning it on is no new revision; turning it off is one, once.
        Assert.Equal((true, 3UL), (_store.State.IsEnabled, _store.State.Revision));
        Assert.Equal(AuthStatus.InvalidManagement, Do(store => store.DeleteUser("root"u8)));
        Assert.Equal(AuthStatus.InvalidManagement, Do(store => store.RevokeRole("root"u8, "root"u8)));
        Assert.Equal(AuthStatus.InvalidManagement, Do(store => store.DeleteRole("root"u8)));
        Assert.True(Do(store => store.Disable()));
        Assert.False(Do(store => store.Disable()));
        Assert.Equal((false, 4UL), (_store.State.IsEnabled, _store.State.Revision));
        Assert.Equal([0], _backend.Get(BucketId.Auth, "authEnabled"u8));
    }

    [Fact]
    public void Records_are_stored_as_etcd_stores_them()
    {
        Do(store => store.AddRole("reader"u8));
        Do(store => store.AddUser("alice"u8, "$2a$"u8, null));
        Do(store => store.AddUser("nopw"u8, "ignored"u8, new AuthUserOptions(NoPassword: true, [])));
        Do(store => store.GrantRole("alice"u8, "root"u8));
        Do(store => store.GrantRole("alice"u8, "reader"u8));
        Do(store => store.GrantPermission("reader"u8, Permission(PermissionType.ReadWrite, "/b", "/c")));
        Do(store => store.GrantPermission("reader"u8, Permission(PermissionType.Read, "/a", "\0")));
        Do(store => store.GrantPermission("reader"u8, Permission(PermissionType.Write, "/a", "")));
        Assert.Equal(
            "0A05616C696365" + "120424326124" + "1A06726561646572" + "1A04726F6F74" + "2200",
            Stored(BucketId.AuthUsers, "alice"));
        Assert.Equal("0A046E6F707722020801", Stored(BucketId.AuthUsers, "nopw"));
        Assert.Equal(
            "0A06726561646572" + "120712022F611A0100" + "1206080112022F61" + "120A080212022F621A022F63",
            Stored(BucketId.AuthRoles, "reader"));
        Assert.Equal(9UL, _store.State.Revision);
    }

    [Fact]
    public void What_is_refused_or_changes_nothing_is_no_revision()
    {
        Do(store => store.AddRole("r"u8));
        Do(store => store.AddUser("u"u8, [], null));
        Do(store => store.GrantRole("u"u8, "r"u8));
        var revision = _store.State.Revision;
        Assert.Equal(AuthStatus.Ok, Do(store => store.GrantRole("u"u8, "r"u8)));
        Assert.Equal(AuthStatus.RoleAlreadyExists, Do(store => store.AddRole("r"u8)));
        Assert.Equal(AuthStatus.RoleEmpty, Do(store => store.AddRole([])));
        Assert.Equal(AuthStatus.UserEmpty, Do(store => store.AddUser([], [], null)));
        Assert.Equal(AuthStatus.UserAlreadyExists, Do(store => store.AddUser("u"u8, [], null)));
        Assert.Equal(AuthStatus.UserNotFound, Do(store => store.DeleteUser("x"u8)));
        Assert.Equal(AuthStatus.UserNotFound, Do(store => store.ChangePassword("x"u8, [])));
        Assert.Equal(AuthStatus.UserNotFound, Do(store => store.GrantRole("x"u8, "nothing"u8)));
        Assert.Equal(AuthStatus.RoleNotFound, Do(store => store.GrantRole("u"u8, "nothing"u8)));
        Assert.Equal(AuthStatus.RoleNotGranted, Do(store => store.RevokeRole("u"u8, "nothing"u8)));
        Assert.Equal(AuthStatus.RoleNotFound, Do(store => store.DeleteRole("x"u8)));
        Assert.Equal(AuthStatus.PermissionNotGiven, Do(store => store.GrantPermission("x"u8, null)));
        Assert.Equal(
            AuthStatus.InvalidManagement,
            Do(store => store.GrantPermission("r"u8, Permission(PermissionType.Read, "b", "a"))));
        Assert.Equal(
            AuthStatus.InvalidManagement, Do(store => store.GrantPermission("r"u8, Permission(PermissionType.Read, "", ""))));
        Assert.Equal(AuthStatus.PermissionNotGranted, Do(store => store.RevokePermission("r"u8, "a"u8, [])));
        Assert.Equal(
            AuthStatus.InvalidManagement, Do(store => store.AddUser(new byte[AuthStore.NameBytesMax + 1], [], null)));
        Assert.Equal(revision, _store.State.Revision);
    }

    [Fact]
    public void Role_that_is_deleted_is_taken_from_its_users()
    {
        Do(store => store.AddRole("r"u8));
        Do(store => store.AddUser("u"u8, "p"u8, null));
        Do(store => store.GrantRole("u"u8, "r"u8));
        Do(store => store.DeleteRole("r"u8));
        Assert.Equal("0A017512" + "01702200", Stored(BucketId.AuthUsers, "u"));
        Assert.Empty(_store.State.FindUser("u"u8)!.Roles);
    }

    [Fact]
    public void Change_of_a_role_counts_at_once_and_old_revisions_do_not()
    {
        Do(store => store.AddUser("root"u8, [], null));
        Do(store => store.GrantRole("root"u8, "root"u8));
        Do(store => store.AddRole("r"u8));
        Do(store => store.AddUser("u"u8, [], null));
        Do(store => store.GrantRole("u"u8, "r"u8));
        Do(store => store.Enable());
        var before = _store.State;
        Assert.Equal(AuthStatus.PermissionDenied, Read(before, "u", before.Revision));
        Do(store => store.GrantPermission("r"u8, Permission(PermissionType.Read, "k", "")));
        var after = _store.State;
        Assert.Equal(AuthStatus.Ok, Read(after, "u", after.Revision));
        Assert.Equal(AuthStatus.OldRevision, Read(after, "u", before.Revision));
        Assert.Equal(AuthStatus.UserEmpty, Read(after, "", 0));
        Assert.Equal(AuthStatus.PermissionDenied, Read(after, "nobody", after.Revision));
        Assert.Equal(AuthStatus.Ok, Read(after, "root", after.Revision));
        Assert.Equal(AuthStatus.PermissionDenied, Read(before, "u", before.Revision));
        Assert.Equal(
            AuthStatus.PermissionDenied, after.CheckWrite("u"u8, after.Revision, "k"u8, []));
    }

    [Fact]
    public void Another_store_over_the_same_backend_says_the_same()
    {
        Do(store => store.AddRole("r"u8));
        Do(store => store.GrantPermission("r"u8, Permission(PermissionType.ReadWrite, "a", "b")));
        Do(store => store.AddUser("root"u8, "p"u8, null));
        Do(store => store.GrantRole("root"u8, "root"u8));
        Do(store => store.Enable());
        var again = new AuthStore(_backend).State;
        Assert.Equal((_store.State.IsEnabled, _store.State.Revision), (again.IsEnabled, again.Revision));
        Assert.Equal(_store.State.UserNames(), again.UserNames());
        Assert.Equal(_store.State.FindRole("r"u8)!.Permissions[0].Key, again.FindRole("r"u8)!.Permissions[0].Key);
    }

    private static AuthStatus Read(AuthState state, string user, ulong revision) =>
        state.CheckRead(Encoding.UTF8.GetBytes(user), revision, "k"u8, []);

    private static AuthPermission Permission(PermissionType type, string key, string end) =>
        new(type, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(end));

    private string Stored(BucketId bucket, string key) =>
        Convert.ToHexString(_backend.Get(bucket, Encoding.UTF8.GetBytes(key))!);

    private T Do<T>(Func<AuthStore, T> change)
    {
        using (_backend.EnterWrite())
        {
            return change(_store);
        }
    }
}
