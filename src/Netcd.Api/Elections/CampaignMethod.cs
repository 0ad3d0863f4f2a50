using Google.Protobuf;
using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Inner;
using Netcd.Api.Locks;
using Netcd.Api.Wire;
using Netcd.Proto.Election;
using Netcd.Proto.EtcdServer;

namespace Netcd.Api.Elections;

/// <summary>
/// Election.Campaign: puts the caller's lease in line with a value and waits until it leads. Upstream:
/// server/etcdserver/api/v3election/election.go, client/v3/concurrency/election.go.
/// </summary>
internal sealed class CampaignMethod(ApiContext api, InnerMethods inner)
    : WaitingMethod<CampaignRequest>(
        api, inner, Rpc.Campaign, RequestShapes.CampaignRequest, CampaignRequest.Parser)
{
    public override async Task<IMessage> RunAsync(
        CampaignRequest request, InnerCaller caller, CancellationToken cancellation)
    {
        var line = KeyLine.Of(caller, request.Name);
        var lease = await line.SessionAsync(request.Lease);
        var key = line.KeyOf(lease);
        var entered = await caller.TxnAsync(new TxnRequest
        {
            Compare = { KeyCompare.CreatedAt(key, 0) },
            Success =
            {
                new RequestOp { RequestPut = new PutRequest { Key = key, Value = request.Value, Lease = lease } },
            },
            Failure = { new RequestOp { RequestRange = new RangeRequest { Key = key } } },
        });
        var leader = new Leadership(caller, key, entered.Header.Revision, lease);
        if (!entered.Succeeded)
        {
            leader = await StandAgainAsync(leader, entered.Responses[0].ResponseRange.Kvs[0], request.Value);
        }

        try
        {
            await line.WaitForOlderAsync(leader.CreateRevision - 1, cancellation);
        }
        catch (OperationCanceledException)
        {
            await leader.TryResignAsync();
            throw;
        }

        return new CampaignResponse
        {
            Header = entered.Header,
            Leader = new LeaderKey { Name = request.Name, Key = key, Rev = leader.CreateRevision, Lease = lease },
        };
    }

    // The lease is in line already: it keeps its place, with the new value.
    private static async Task<Leadership> StandAgainAsync(
        Leadership leader, Netcd.Proto.Mvcc.KeyValue held, ByteString value)
    {
        leader = leader with { CreateRevision = held.CreateRevision };
        if (held.Value != value)
        {
            try
            {
                await leader.ProclaimAsync(value);
            }
            catch (RefusedException)
            {
                await leader.TryResignAsync();
                throw;
            }
        }

        return leader;
    }
}
