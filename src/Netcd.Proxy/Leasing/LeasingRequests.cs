using Google.Protobuf;
using Netcd.Client;
using Netcd.Proto.EtcdServer;
using Netcd.Proxy.Kv;
using static Netcd.Proto.EtcdServer.Compare.Types;

namespace Netcd.Proxy.Leasing;

/// <summary>
/// The requests of the protocol by which clients own keys (client/v3/leasing). Key <c>k</c> is owned by whose lease the
/// key <c>prefix + k</c> has; the value <c>REVOKE</c> there asks the owner to give it up, by deleting it.
/// </summary>
internal sealed class LeasingRequests(string prefix)
{
    public static readonly ByteString Revoke = ByteString.CopyFromUtf8("REVOKE");

    private readonly ByteString _prefix = ByteString.CopyFromUtf8(prefix);

    public ByteString OwnerKey(ByteString key) => ByteString.CopyFrom([.. _prefix.Span, .. key.Span]);

    /// <summary>The key that an owner's key is about.</summary>
    public ByteString KeyOf(ByteString ownerKey) => ByteString.CopyFrom(ownerKey.Span[_prefix.Length..]);

    public KeyInterval OwnerKeys(KeyInterval interval)
    {
        var isOpen = interval.End.Length == 1 && interval.End[0] == 0;
        var end = interval.IsPoint ? ByteString.Empty
            : isOpen ? KeyRange.PrefixEnd(_prefix).Bytes
            : OwnerKey(interval.End);
        return new KeyInterval(OwnerKey(interval.Key), end);
    }

    /// <summary>Nobody owns the keys but whoever did at a revision.</summary>
    public Compare IsNotOwnedSince(KeyInterval interval, long revision)
    {
        var (key, end) = OwnerKeys(interval);
        return new Compare
        {
            Key = key, RangeEnd = end, Target = CompareTarget.Create, Result = CompareResult.Less,
            CreateRevision = revision + 1,
        };
    }

    public RequestOp GetOwners(KeyInterval interval)
    {
        var (key, end) = OwnerKeys(interval);
        return new RequestOp { RequestRange = new RangeRequest { Key = key, RangeEnd = end } };
    }

    public RequestOp AskOwner(ByteString key) => new()
    {
        RequestPut = new PutRequest { Key = OwnerKey(key), Value = Revoke, IgnoreLease = true },
    };

    public RequestOp GiveUp(ByteString key) => new()
    {
        RequestDeleteRange = new DeleteRangeRequest { Key = OwnerKey(key) },
    };

    /// <summary>
    /// Takes a key that nobody owns and that has no lease: with one it could vanish without a write.
    /// </summary>
    public TxnRequest Acquire(ByteString key, long lease)
    {
        var get = new RequestOp { RequestRange = new RangeRequest { Key = key } };
        return new TxnRequest
        {
            Compare =
            {
                new Compare
                {
                    Key = OwnerKey(key), Target = CompareTarget.Create, Result = CompareResult.Equal,
                    CreateRevision = 0,
                },
                new Compare { Key = key, Target = CompareTarget.Lease, Result = CompareResult.Equal, Lease = 0 },
            },
            Success =
            {
                get, new RequestOp { RequestPut = new PutRequest { Key = OwnerKey(key), Lease = lease } },
            },
            Failure = { get, GetOwners(new KeyInterval(key, ByteString.Empty)) },
        };
    }
}
