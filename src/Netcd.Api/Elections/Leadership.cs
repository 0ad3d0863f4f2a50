using Google.Protobuf;
using Netcd.Api.Errors;
using Netcd.Api.Inner;
using Netcd.Api.Locks;
using Netcd.Proto.Election;
using Netcd.Proto.EtcdServer;

namespace Netcd.Api.Elections;

/// <summary>
/// A key that stands for its lease in an election. It is the candidate's as long as it was not created anew.
/// </summary>
internal sealed record Leadership(InnerCaller Caller, ByteString Key, long CreateRevision, long Lease)
{
    /// <summary>The one that a request is about; one without a lease gets a new one.</summary>
    /// <exception cref="RefusedException">The request names none.</exception>
    public static async Task<Leadership> OfAsync(InnerCaller caller, LeaderKey? leader)
    {
        var named = leader ?? throw new RefusedException(ErrorTable.ElectionLeaderMissing);
        var lease = await KeyLine.Of(caller, named.Name).SessionAsync(named.Lease);
        return new Leadership(caller, named.Key, named.Rev, lease);
    }

    /// <exception cref="RefusedException">The key is gone, or somebody else's.</exception>
    public async Task<ResponseHeader> ProclaimAsync(ByteString value)
    {
        var answer = await Caller.TxnAsync(new TxnRequest
        {
            Compare = { KeyCompare.CreatedAt(Key, CreateRevision) },
            Success = { new RequestOp { RequestPut = new PutRequest { Key = Key, Value = value, Lease = Lease } } },
        });
        return answer.Succeeded ? answer.Header : throw new RefusedException(ErrorTable.ElectionNotLeader);
    }

    /// <summary>Deletes the key if it is still the candidate's.</summary>
    public async Task<ResponseHeader> ResignAsync()
    {
        var answer = await Caller.TxnAsync(new TxnRequest
        {
            Compare = { KeyCompare.CreatedAt(Key, CreateRevision) },
            Success = { new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = Key } } },
        });
        return answer.Header;
    }

    /// <summary>The same where nobody hears of a refusal: the lease's end does what could not be done here.</summary>
    public async Task TryResignAsync()
    {
        try
        {
            await ResignAsync();
        }
        catch (RefusedException)
        {
            // See above.
        }
    }
}
