using Netcd.Base;
using Netcd.Base.Protobuf;

namespace Netcd.Api.Responses;

/// <summary>
/// Writes field 1 of every answer, the etcdserverpb.ResponseHeader. Cluster and member never change, so their bytes are
/// made once.
/// </summary>
internal sealed class HeaderEncoder
{
    private const int HeaderField = 1;
    private readonly byte[] _identity;

    public HeaderEncoder(ulong clusterId, MemberId memberId)
    {
        _identity = new byte[ProtoSize.UInt64(1, clusterId) + ProtoSize.UInt64(2, memberId.Value)];
        var writer = new ProtoWriter(_identity);
        writer.UInt64(1, clusterId);
        writer.UInt64(2, memberId.Value);
    }

    /// <summary>Bytes of the field, tag and length included.</summary>
    public int Size(long revision, Term term) => ProtoSize.Delimited(HeaderField, InnerSize(revision, term));

    /// <summary>Writes the field. A revision of 0 is left out, as in the answers that have none.</summary>
    public void Write(ref ProtoWriter writer, long revision, Term term)
    {
        writer.DelimitedHeader(HeaderField, InnerSize(revision, term));
        writer.Raw(_identity);
        writer.Int64(3, revision);
        writer.UInt64(4, term.Value);
    }

    private int InnerSize(long revision, Term term) =>
        _identity.Length + ProtoSize.Int64(3, revision) + ProtoSize.UInt64(4, term.Value);
}
