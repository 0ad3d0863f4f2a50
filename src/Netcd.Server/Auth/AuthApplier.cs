using System.Buffers.Text;
using System.Security.Cryptography;
using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Mvcc;
using Netcd.Server.Apply;
using Netcd.Server.KeyValues;
using Netcd.Server.Requests;

namespace Netcd.Server.Auth;

/// <summary>
/// Carries out the requests that change or ask the auth store. Applier only, inside a write section. The caller's
/// rights are checked here, as of the entry: of two changes in a row the second is judged by what the first left.
/// Upstream: server/etcdserver/apply_auth.go and server/auth/store.go.
/// </summary>
internal sealed class AuthApplier(AuthStore store, SimpleTokens tokens, AuthLog? log = null)
{
    internal static bool Handles(InternalRequestKind kind) =>
        kind is >= InternalRequestKind.AuthEnable and <= InternalRequestKind.AuthRoleRevokePermission;

    /// <summary>The body of the answer is encoded into <paramref name="answer"/>.</summary>
    /// <exception cref="ProtoException">The request is malformed.</exception>
    internal Refusal Apply(in InternalRequestView request, LogIndex entry, BodyWriter answer)
    {
        var message = AuthRequestView.Parse(request.Message);
        if (CheckRights(request, message) is var refusal && refusal != Refusal.None)
        {
            return refusal;
        }

        return request.Kind switch
        {
            InternalRequestKind.AuthStatus => Status(answer),
            InternalRequestKind.AuthUserGet => GetUser(message.Name, answer),
            InternalRequestKind.AuthUserList => List(store.State.UserNames(), answer),
            InternalRequestKind.AuthRoleGet => GetRole(message.Name, answer),
            InternalRequestKind.AuthRoleList => List(store.State.RoleNames(), answer),
            InternalRequestKind.Authenticate => Authenticate(message, entry, answer),
            _ => ChangeAndTell(request.Kind, message, entry),
        };
    }

    private Refusal ChangeAndTell(InternalRequestKind kind, in AuthRequestView message, LogIndex entry)
    {
        var before = store.State;
        var status = Change(kind, message, entry);
        log?.Changed(kind, message, status, before, store.State);
        return AuthRefusals.Of(status);
    }

    // Whoever is root may all; a user may look at himself, and at the roles he has.
    private Refusal CheckRights(in InternalRequestView request, in AuthRequestView message)
    {
        if (request.Kind == InternalRequestKind.Authenticate)
        {
            return Refusal.None;
        }

        var state = store.State;
        var status = state.CheckRoot(request.UserName);
        var isAllowed = status == AuthStatus.Ok || request.Kind switch
        {
            InternalRequestKind.AuthUserGet => message.Name.SequenceEqual(request.UserName),
            InternalRequestKind.AuthRoleGet => state.FindUser(request.UserName)?.HasRole(message.Name) == true,
            _ => false,
        };
        return isAllowed ? Refusal.None : AuthRefusals.Of(status);
    }

    private AuthStatus Change(InternalRequestKind kind, in AuthRequestView message, LogIndex entry)
    {
        switch (kind)
        {
            case InternalRequestKind.AuthEnable:
                return store.Enable();
            case InternalRequestKind.AuthDisable:
                if (store.Disable())
                {
                    tokens.Clear();
                }

                return AuthStatus.Ok;
            case InternalRequestKind.AuthUserAdd:
                return AddUser(message, entry);
            case InternalRequestKind.AuthUserDelete:
                return WithoutTokens(message.Name, store.DeleteUser(message.Name));
            case InternalRequestKind.AuthUserChangePassword:
                return ChangePassword(message, entry);
            case InternalRequestKind.AuthUserGrantRole:
                return store.GrantRole(message.Name, message.Second);
            case InternalRequestKind.AuthUserRevokeRole:
                return store.RevokeRole(message.Name, message.Second);
            case InternalRequestKind.AuthRoleAdd:
                return store.AddRole(message.Name);
            case InternalRequestKind.AuthRoleDelete:
                return store.DeleteRole(message.Name);
            case InternalRequestKind.AuthRoleGrantPermission:
                return store.GrantPermission(
                    message.Name, message.HasSecond ? AuthRecord.DecodePermission(message.Second) : null);
            case InternalRequestKind.AuthRoleRevokePermission:
                return store.RevokePermission(message.Name, message.Second, message.Third);
            default:
                throw new UnsupportedEntryException(entry, kind);
        }
    }

    private AuthStatus AddUser(in AuthRequestView message, LogIndex entry)
    {
        var options = message.HasThird ? AuthRecord.DecodeOptions(message.Third, before: null) : null;
        byte[]? password = [];
        if (options is not { NoPassword: true })
        {
            password = SelectPassword(message.Second, message.Fourth, message.Name, entry);
        }

        // In etcd's order: what stands against the user comes before a hash that cannot be read.
        return password is not null ? store.AddUser(message.Name, password, options)
            : message.Name.IsEmpty ? AuthStatus.UserEmpty
            : store.State.FindUser(message.Name) is not null ? AuthStatus.UserAlreadyExists
            : AuthStatus.NoPasswordUser;
    }

    private AuthStatus ChangePassword(in AuthRequestView message, LogIndex entry)
    {
        byte[]? password = [];
        if (store.State.FindUser(message.Name) is { HasNoPassword: false })
        {
            password = SelectPassword(message.Second, message.Third, message.Name, entry);
        }

        return password is null
            ? AuthStatus.NoPasswordUser
            : WithoutTokens(message.Name, store.ChangePassword(message.Name, password));
    }

    // Null if the hash is not base64. Releases before 3.5 logged the password itself, and each member hashed it with a
    // salt of its own; ours come from the entry, so that they agree at least with each other.
    private static byte[]? SelectPassword(
        ReadOnlySpan<byte> password, ReadOnlySpan<byte> hashed, ReadOnlySpan<byte> user, LogIndex entry)
    {
        if (!password.IsEmpty && hashed.IsEmpty)
        {
            byte[] seed = [.. user, .. BitConverter.GetBytes(entry.Value), .. password];
            return Bcrypt.Hash(
                password[..Math.Min(password.Length, Bcrypt.PasswordBytesMax)], Bcrypt.DefaultCost,
                SHA256.HashData(seed).AsSpan(0, Bcrypt.SaltBytes));
        }

        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(hashed.Length)];
        var status = Base64.DecodeFromUtf8(hashed, decoded, out _, out var written);
        return status == System.Buffers.OperationStatus.Done ? decoded[..written] : null;
    }

    private AuthStatus WithoutTokens(ReadOnlySpan<byte> user, AuthStatus status)
    {
        if (status == AuthStatus.Ok)
        {
            tokens.RemoveUser(user);
        }

        return status;
    }

    // The password was checked by whoever proposed this.
    private Refusal Authenticate(in AuthRequestView message, LogIndex entry, BodyWriter answer)
    {
        var status = store.Authenticate(message.Name);
        if (status == AuthStatus.Ok)
        {
            answer.Delimited(AnswerFields.Token, tokens.Assign(message.Name, message.Third, entry));
        }

        return AuthRefusals.Of(status);
    }

    private Refusal Status(BodyWriter answer)
    {
        answer.Bool(AnswerFields.AuthEnabled, store.State.IsEnabled);
        answer.Int64(AnswerFields.AuthRevision, (long)store.State.Revision);
        return Refusal.None;
    }

    private Refusal GetUser(ReadOnlySpan<byte> name, BodyWriter answer) =>
        store.State.FindUser(name) is { } user ? List(user.Roles, answer) : Refusal.UserNotFound;

    private Refusal GetRole(ReadOnlySpan<byte> name, BodyWriter answer)
    {
        if (store.State.FindRole(name) is not { } role)
        {
            return Refusal.RoleNotFound;
        }

        foreach (var permission in role.Permissions)
        {
            var size = AuthRecord.Size(permission);
            answer.DelimitedHeader(AnswerFields.Permissions, size);
            var writer = new ProtoWriter(answer.Reserve(size));
            AuthRecord.Write(ref writer, permission);
        }

        return Refusal.None;
    }

    private static Refusal List(IReadOnlyList<byte[]> names, BodyWriter answer)
    {
        foreach (var name in names)
        {
            answer.Delimited(AnswerFields.Names, name);
        }

        return Refusal.None;
    }
}
