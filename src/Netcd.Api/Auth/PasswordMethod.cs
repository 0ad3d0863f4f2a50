using System.Buffers.Text;
using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Wire;
using Netcd.Base.Protobuf;
using Netcd.Grpc;
using Netcd.Mvcc;
using Netcd.Server;
using Netcd.Server.Requests;

namespace Netcd.Api.Auth;

/// <summary>
/// Auth.UserAdd and Auth.UserChangePassword: the password is hashed here, and the log gets nothing but the hash.
/// Upstream: server/etcdserver/v3_server.go.
/// </summary>
internal sealed class PasswordMethod(ApiContext api, Rpc rpc, MessageShape shape, InternalRequestKind kind)
    : ProposalMethod(api, rpc, shape, kind)
{
    private const int NameField = 1;
    private const int OptionsField = 3;

    private readonly bool _addsUser = rpc == Rpc.UserAdd;

    protected override CallStep Handle(
        in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket)
    {
        var request = AuthRequestView.Parse(message);
        if (request.Name.Length > AuthStore.NameBytesMax)
        {
            return Refuse(ref reply, ErrorTable.For(Refusal.InvalidAuthManagement));
        }

        var isHashed = _addsUser
            ? !request.HasThird || !AuthRecord.DecodeOptions(request.Third, before: null).NoPassword
            : !request.Second.IsEmpty;
        if (isHashed && request.Second.Length > Bcrypt.PasswordBytesMax)
        {
            return Refuse(ref reply, ErrorTable.PasswordTooLong);
        }

        if (Admit(head, out var caller) is { } refusal)
        {
            return Refuse(ref reply, refusal);
        }

        if (!isHashed)
        {
            // A user without password has none, whatever was given; a password that is changed to nothing leaves what
            // hash the client brings, and nothing else.
            return Propose(Encode(request, _addsUser ? [] : request.Third), caller, ticket);
        }

        Hash(message.ToArray(), caller, ticket);
        return CallStep.Pending;
    }

    // A hash costs as much as thousands of other requests. Whoever may not have it made is refused here already; but
    // this member's state may be old, and it is the state as applied that counts.
    private void Hash(byte[] message, Caller caller, CallTicket ticket)
    {
        if (Api.Access.Callers.RequireRoot(caller) is null)
        {
            HashNow(message, caller, ticket);
            return;
        }

        Api.Member.ReadIndex(new ReadIndexCall(result =>
        {
            var refusal = result == Refusal.None
                ? Api.Access.Callers.RequireRoot(caller)
                : ErrorTable.For(result);
            if (refusal is null)
            {
                HashNow(message, caller, ticket);
            }
            else
            {
                Complete(ticket, refusal);
            }
        }));
        AnswerBatch.Flush();
    }

    private void HashNow(byte[] message, Caller caller, CallTicket ticket)
    {
        var password = AuthRequestView.Parse(message).Second.ToArray();
        var isTaken = Api.Access.Passwords.TryHash(password, hash =>
        {
            var encoded = new byte[Base64.GetMaxEncodedToUtf8Length(hash.Length)];
            Base64.EncodeToUtf8(hash, encoded, out _, out var length);
            Propose(Encode(AuthRequestView.Parse(message), encoded.AsSpan(0, length)), caller, ticket);
            Array.Clear(message);
        });
        if (!isTaken)
        {
            Complete(ticket, ErrorTable.For(Refusal.TooManyRequests));
            AnswerBatch.Flush();
        }
    }

    /// <summary>The request as the log gets it: without the password.</summary>
    private byte[] Encode(in AuthRequestView request, ReadOnlySpan<byte> hash)
    {
        var hasOptions = _addsUser && request.HasThird;
        var hashField = _addsUser ? 4 : 3;
        var size = ProtoSize.Bytes(NameField, request.Name.Length)
            + (hasOptions ? ProtoSize.Delimited(OptionsField, request.Third.Length) : 0)
            + ProtoSize.Bytes(hashField, hash.Length);
        var encoded = new byte[size];
        var writer = new ProtoWriter(encoded);
        writer.Bytes(NameField, request.Name);
        if (hasOptions)
        {
            writer.Delimited(OptionsField, request.Third);
        }

        writer.Bytes(hashField, hash);
        return encoded;
    }
}
