using Netcd.Base;
using Netcd.Base.Protobuf;

namespace Netcd.Server.Requests;

/// <summary>
/// Wraps a client's request into etcdserverpb.InternalRaftRequest without decoding it: the client's bytes are spliced
/// in as one length-delimited field.
/// </summary>
/// <remarks>
/// Fields in ascending order, as etcd writes them; the header has field number 100:
/// <code>
/// tag(kind), length, request | A2 06, length, { 08 id, 12 user name, 18 auth revision }      kind below 100
/// A2 06, length, { 08 id, 12 user name, 18 auth revision } | tag(kind), length, request      kind above 100
/// </code>
/// </remarks>
public static class InternalRequestEncoder
{
    private const int HeaderField = 100;

    /// <summary>Bytes of the encoded request.</summary>
    public static int Size(
        InternalRequestKind kind, int requestLength, ulong id, ReadOnlySpan<byte> userName, ulong authRevision) =>
        ProtoSize.Delimited((int)kind, requestLength)
        + ProtoSize.Delimited(HeaderField, HeaderSize(id, userName, authRevision));

    /// <summary>
    /// Encodes into a new array that the caller owns and hands to the log.
    /// </summary>
    /// <param name="kind">Which request it is.</param>
    /// <param name="request">The request as the client sent it; copied.</param>
    /// <param name="id">The proposal's identity, not 0.</param>
    /// <param name="userName">Who asks; empty while auth is off.</param>
    /// <param name="authRevision">The auth store's revision at the permission check; 0 while auth is off.</param>
    public static byte[] Encode(
        InternalRequestKind kind, ReadOnlySpan<byte> request, ulong id, ReadOnlySpan<byte> userName, ulong authRevision)
    {
        Invariant.Check(kind != InternalRequestKind.None);
        Invariant.Check(id != 0);
        var encoded = new byte[Size(kind, request.Length, id, userName, authRevision)];
        var writer = new ProtoWriter(encoded);
        if ((int)kind < HeaderField)
        {
            writer.Delimited((int)kind, request);
        }

        writer.DelimitedHeader(HeaderField, HeaderSize(id, userName, authRevision));
        writer.UInt64(1, id);
        writer.Bytes(2, userName);
        writer.UInt64(3, authRevision);
        if ((int)kind > HeaderField)
        {
            writer.Delimited((int)kind, request);
        }

        Invariant.Check(writer.Position == encoded.Length);
        return encoded;
    }

    /// <summary>Where in an encoded request the client's message is, for kinds below the header's number.</summary>
    public static ReadOnlyMemory<byte> MessageIn(byte[] encoded, InternalRequestKind kind, int requestLength)
    {
        Invariant.Check((int)kind < HeaderField);
        return encoded.AsMemory(ProtoSize.Delimited((int)kind, requestLength) - requestLength, requestLength);
    }

    private static int HeaderSize(ulong id, ReadOnlySpan<byte> userName, ulong authRevision) =>
        ProtoSize.UInt64(1, id) + ProtoSize.Bytes(2, userName.Length) + ProtoSize.UInt64(3, authRevision);
}
