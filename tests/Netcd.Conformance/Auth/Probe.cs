using Google.Protobuf;
using Netcd.Conformance.Infrastructure;
using Netcd.Grpc.Client;
using Netcd.Proto.Election;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Auth;

/// <summary>Makes one call and tells the verdict: <c>OK</c> with what shows that it counted, or code and text.</summary>
internal static class Probe
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    public static async Task<string> AskAsync(
        V3Client client, Cell cell, IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        var options = new CallOptions { Timeout = Limit, Metadata = metadata };
        try
        {
            return cell.Path switch
            {
                "/etcdserverpb.Watch/Watch" => await FirstAsync(
                    client, cell, options, WatchResponse.Parser, halfClose: false,
                    response => response.Canceled ? $"canceled: {response.CancelReason}" : "OK"),
                "/etcdserverpb.Lease/LeaseKeepAlive" => await FirstAsync(
                    client, cell, options, LeaseKeepAliveResponse.Parser, halfClose: false,
                    response => response.TTL > 0 ? "OK" : "OK, no lease"),
                "/etcdserverpb.Maintenance/Snapshot" => await FirstAsync(
                    client, cell, options, SnapshotResponse.Parser, halfClose: true, _ => "OK"),
                "/v3electionpb.Election/Observe" => await FirstAsync(
                    client, cell, options, LeaderResponse.Parser, halfClose: true, _ => "OK"),
                _ => Tell(cell, await client.Channel.CallAsync(cell.Path, cell.Request.ToByteArray(), options)),
            };
        }
        catch (GrpcException refused)
        {
            return $"{refused.Code}: {refused.Status.Message}";
        }
    }

    // What a read or a deletion reached, so that one that is allowed but does something else shows.
    private static string Tell(Cell cell, byte[] answer) => cell.Path switch
    {
        "/etcdserverpb.KV/Range" => $"OK {RangeResponse.Parser.ParseFrom(answer).Count}",
        "/etcdserverpb.KV/DeleteRange" => $"OK {DeleteRangeResponse.Parser.ParseFrom(answer).Deleted}",
        "/etcdserverpb.KV/Txn" => $"OK {TxnResponse.Parser.ParseFrom(answer).Succeeded}",
        "/etcdserverpb.Lease/LeaseTimeToLive" =>
            $"OK {LeaseTimeToLiveResponse.Parser.ParseFrom(answer).Keys.Count}",
        "/etcdserverpb.Auth/UserGet" => $"OK {AuthUserGetResponse.Parser.ParseFrom(answer).Roles}",
        "/etcdserverpb.Auth/RoleGet" => $"OK {AuthRoleGetResponse.Parser.ParseFrom(answer).Perm}",
        "/etcdserverpb.Auth/UserList" => $"OK {AuthUserListResponse.Parser.ParseFrom(answer).Users}",
        "/etcdserverpb.Auth/RoleList" => $"OK {AuthRoleListResponse.Parser.ParseFrom(answer).Roles}",
        "/etcdserverpb.Auth/AuthStatus" => $"OK {AuthStatusResponse.Parser.ParseFrom(answer).AuthRevision}",
        _ => "OK",
    };

    private static async Task<string> FirstAsync<T>(
        V3Client client, Cell cell, CallOptions options, MessageParser<T> parser, bool halfClose, Func<T, string> tell)
        where T : IMessage<T>
    {
        using var limit = new CancellationTokenSource(Limit);
        using var call = client.Channel.OpenStream(cell.Path, parser, options);
        await call.WriteAsync(cell.Request, limit.Token);
        if (halfClose)
        {
            call.CompleteWriting();
        }

        await foreach (var response in call.ReadAllAsync(limit.Token))
        {
            return tell(response);
        }

        return "nothing";
    }
}
