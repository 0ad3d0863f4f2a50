using System.Runtime.InteropServices;

namespace Netcd.Server;

/// <summary>
/// What applying one entry gave. A view: <see cref="Body"/> is the applier's scratch buffer and lives until
/// <see cref="IProposalWaiter.Applied"/> returns.
/// </summary>
/// <remarks>
/// The body is the encoded response message without its field 1: the header is the responder's own and is put in front
/// by the API with <see cref="Revision"/>. So a PutResponse's body is empty or <c>12 len KeyValue</c>, a
/// DeleteRangeResponse's is <c>10 deleted, 1A len KeyValue ...</c>, a TxnResponse's is
/// <c>10 succeeded, 1A len ResponseOp ...</c> (nested headers hold only the revision), a LeaseGrantResponse's is
/// <c>10 ID, 18 TTL</c>, an AlarmResponse's <c>12 len AlarmMember ...</c>.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public readonly ref struct ApplyAnswer
{
    private ApplyAnswer(Refusal refusal, long revision, ReadOnlySpan<byte> body)
    {
        Refusal = refusal;
        Revision = revision;
        Body = body;
    }

    /// <summary><see cref="Refusal.None"/> when the request was carried out.</summary>
    public Refusal Refusal { get; }

    /// <summary>The response header's revision: what the operation set, or 0 for "the store's current one".</summary>
    public long Revision { get; }

    /// <summary>The response's fields after the header.</summary>
    public ReadOnlySpan<byte> Body { get; }

    public static ApplyAnswer Done(long revision, ReadOnlySpan<byte> body) => new(Refusal.None, revision, body);

    public static ApplyAnswer Refused(Refusal refusal) => new(refusal, 0, []);
}
