using Netcd.Api.Auth.Tokens;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Base.Protobuf;
using Netcd.Grpc;
using Netcd.Mvcc;
using Netcd.Server;
using Netcd.Server.Requests;

namespace Netcd.Api.Auth;

/// <summary>
/// One login: what users there are is read as of now, the password is checked on a worker, and the login then goes
/// through Raft, so that every member knows its token. If users or roles change on the way it begins anew. Upstream:
/// Authenticate of server/etcdserver/v3_server.go.
/// </summary>
internal sealed class LoginCall(
    ApiContext api, AuthenticateMethod method, CallTicket ticket, byte[] name, byte[] password)
    : IReadWaiter, IProposalWaiter
{
    private const int TokenField = 2;
    private const int SimpleTokenField = 3;

    private ulong _checkedRevision;
    private int _attempts;

    public void Start()
    {
        if (api.Member.TryReadIndexNow())
        {
            Check();
        }
        else
        {
            api.Member.ReadIndex(this);
        }
    }

    void IReadWaiter.Ready() => Check();

    void IReadWaiter.Refused(Refusal refusal) => Finish(ErrorTable.For(refusal));

    void IProposalWaiter.Refused(Refusal refusal) => Finish(ErrorTable.For(refusal));

    void IProposalWaiter.Applied(in ApplyAnswer answer)
    {
        if (answer.Refusal != Refusal.None)
        {
            Finish(ErrorTable.For(answer.Refusal));
        }
        else if (api.Member.Auth.Revision != _checkedRevision)
        {
            // Nobody has seen the token that was given out.
            Check();
        }
        else
        {
            Issue(TokenIn(answer.Body));
        }
    }

    private static byte[] TokenIn(ReadOnlySpan<byte> body)
    {
        var reader = new ProtoReader(body);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            if (field == TokenField)
            {
                return reader.ReadBytes(wireType).ToArray();
            }

            reader.Skip(wireType);
        }

        return [];
    }

    private void Check()
    {
        var auth = api.Member.Auth;
        var user = auth.FindUser(name);
        if (!auth.IsEnabled)
        {
            Finish(ErrorTable.For(Refusal.AuthNotEnabled));
        }
        else if (user is { HasNoPassword: true })
        {
            Deny(Refusal.NoPasswordUser);
        }
        else if (++_attempts > Limits.LoginAttempts)
        {
            Finish(ErrorTable.For(Refusal.AuthOldRevision));
        }
        else if (user is not null && api.Access.Passwords.Remembers(user, password))
        {
            Propose(auth);
        }
        else if (!api.Access.Passwords.TryVerify(user, password, isRight => Verified(auth, isRight)))
        {
            Finish(ErrorTable.For(Refusal.TooManyRequests));
        }
    }

    private void Verified(AuthState auth, bool isRight)
    {
        if (isRight)
        {
            Propose(auth);
        }
        else
        {
            Deny(Refusal.AuthFailed);
        }

        AnswerBatch.Flush();
    }

    private void Propose(AuthState auth)
    {
        _checkedRevision = auth.Revision;
        var prefix = api.Access.Tokens.NewPrefix();
        var request = new byte[ProtoSize.Bytes(1, name.Length) + ProtoSize.Bytes(SimpleTokenField, prefix.Length)];
        var writer = new ProtoWriter(request);
        writer.Bytes(1, name);
        writer.Bytes(SimpleTokenField, prefix);

        // The log names nobody as the one who asks: whoever logs in is not known yet.
        api.Propose(InternalRequestKind.Authenticate, request, default, this);
    }

    private void Issue(byte[] applied)
    {
        if (api.Access.Tokens.IssuesAtOnce)
        {
            IssueNow(applied);
            return;
        }

        ThreadPool.UnsafeQueueUserWorkItem(
            _ =>
            {
                IssueNow(applied);
                AnswerBatch.Flush();
            },
            state: 0,
            preferLocal: false);
    }

    private void IssueNow(byte[] applied)
    {
        byte[]? token;
        try
        {
            token = api.Access.Tokens.Issue(name, _checkedRevision, applied);
        }
        catch (TokenException problem)
        {
            Finish(new Status(StatusCode.Unknown, problem.Message));
            return;
        }

        if (token is null)
        {
            Deny(Refusal.AuthFailed);
            return;
        }

        Array.Clear(password);
        var body = new byte[ProtoSize.Bytes(TokenField, token.Length)];
        var writer = new ProtoWriter(body);
        writer.Bytes(TokenField, token);
        method.Complete(ticket, revision: 0, body);
    }

    private void Deny(Refusal refusal)
    {
        var status = ErrorTable.For(refusal);
        api.Access.Passwords.Refused(name, ErrorTable.OwnText(status));
        Finish(status);
    }

    private void Finish(Status status)
    {
        Array.Clear(password);
        method.Complete(ticket, status);
    }
}
