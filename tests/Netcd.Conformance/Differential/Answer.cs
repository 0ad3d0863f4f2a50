using Google.Protobuf;
using Netcd.Grpc.Client;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Differential;

/// <summary>
/// An answer in the form in which two servers' answers are compared: the message's JSON, or the error's code and text.
/// Only what etcd itself leaves open is evened out: the order of keys of a lease and of leases, and seconds that pass.
/// </summary>
internal sealed record Answer(string Text, long Revision)
{
    public static async Task<Answer> AskAsync(GrpcChannel channel, string path, IMessage request)
    {
        try
        {
            var parser = ParserOf(path);
            var bytes = await channel.CallAsync(path, request.ToByteArray());
            var message = parser.ParseFrom(bytes);
            var revision = Normalize(message);
            return new Answer(message.ToString()!, revision);
        }
        catch (GrpcException refused)
        {
            return new Answer($"{refused.Code}: {refused.Status.Message}", 0);
        }
    }

    private static MessageParser ParserOf(string path) => path[(path.LastIndexOf('/') + 1)..] switch
    {
        "Range" => RangeResponse.Parser,
        "Put" => PutResponse.Parser,
        "DeleteRange" => DeleteRangeResponse.Parser,
        "Txn" => TxnResponse.Parser,
        "Compact" => CompactionResponse.Parser,
        "LeaseGrant" => LeaseGrantResponse.Parser,
        "LeaseRevoke" => LeaseRevokeResponse.Parser,
        "LeaseTimeToLive" => LeaseTimeToLiveResponse.Parser,
        "LeaseLeases" => LeaseLeasesResponse.Parser,
        "HashKV" => HashKVResponse.Parser,
        "Alarm" => AlarmResponse.Parser,
        var other => throw new ArgumentException(other, nameof(path)),
    };

    private static long Normalize(IMessage message)
    {
        switch (message)
        {
            case RangeResponse range:
                return range.Header.Revision;
            case TxnResponse txn:
                return txn.Header.Revision;
            case LeaseTimeToLiveResponse lease:
                lease.TTL = Math.Sign(lease.TTL);
                Sort(lease.Keys, key => key.ToBase64());
                return lease.Header.Revision;
            case LeaseLeasesResponse leases:
                Sort(leases.Leases, lease => lease.ID.ToString("d20"));
                return leases.Header.Revision;
            case HashKVResponse hash:
                // 3.6 says which revision it hashed; 3.5 does not know the field.
                hash.HashRevision = 0;
                return hash.Header.Revision;
            case PutResponse put:
                return put.Header.Revision;
            case DeleteRangeResponse delete:
                return delete.Header.Revision;
            default:
                return 0;
        }
    }

    private static void Sort<T>(Google.Protobuf.Collections.RepeatedField<T> list, Func<T, string> key)
    {
        var sorted = list.OrderBy(key, StringComparer.Ordinal).ToList();
        list.Clear();
        list.AddRange(sorted);
    }
}
