using Netcd.Api.Errors;
using Netcd.Grpc;
using Netcd.Mvcc;
using Netcd.Server;
using Netcd.Server.Auth;
using Netcd.Server.Requests;

namespace Netcd.Api.Access;

/// <summary>
/// The rights to read, which are checked here and not at apply: before the read, and after it once more whether users
/// and roles have changed meanwhile. Null means go on. Upstream: doSerialize of server/etcdserver/v3_server.go.
/// </summary>
internal sealed class ReadGate(IMember member)
{
    private static readonly Status OldRevision = ErrorTable.For(Refusal.AuthOldRevision);

    /// <param name="caller">Who reads.</param>
    /// <param name="key">First key.</param>
    /// <param name="rangeEnd">As in requests.</param>
    /// <param name="judged">What the verdict rests on, for <see cref="CheckAgain"/>.</param>
    public Status? Check(
        in Caller caller, ReadOnlySpan<byte> key, ReadOnlySpan<byte> rangeEnd, out AuthState judged)
    {
        judged = member.Auth;
        if (!judged.IsEnabled)
        {
            return null;
        }

        var known = caller.At(judged);
        return Answer(new Permissions(judged, member.Lessor, known).Read(key, rangeEnd), known, judged);
    }

    /// <inheritdoc cref="Check(in Caller, ReadOnlySpan{byte}, ReadOnlySpan{byte}, out AuthState)"/>
    public Status? Check(in Caller caller, in TxnRequestView txn, out AuthState judged)
    {
        judged = member.Auth;
        if (!judged.IsEnabled)
        {
            return null;
        }

        var known = caller.At(judged);
        return Answer(new Permissions(judged, member.Lessor, known).Txn(txn), known, judged);
    }

    public Status? CheckAgain(AuthState judged) =>
        judged.IsEnabled && member.Auth.Revision != judged.Revision ? OldRevision : null;

    // A token may name a revision that this member has yet to reach.
    private static Status? Answer(Refusal refusal, in AuthCaller caller, AuthState judged) =>
        refusal != Refusal.None ? ErrorTable.For(refusal)
        : caller.IsPresent && caller.Revision != judged.Revision ? OldRevision
        : null;
}
