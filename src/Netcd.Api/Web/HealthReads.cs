using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Mvcc;
using Netcd.Server;

namespace Netcd.Api.Web;

/// <summary>The small reads by which health is judged; they run with full rights whatever auth says.</summary>
internal static class HealthReads
{
    /// <summary>Null if the store answers; else the error's text.</summary>
    public static string? Serializable(ApiContext api)
    {
        var query = new RangeQuery { Key = "\0"u8, RangeEnd = "\0"u8, Limit = 1, KeysOnly = true };
        var status = api.Member.Store.Range(query, out var selection);
        selection?.Release();
        return status == StoreStatus.Ok ? null : status.ToString();
    }

    /// <summary>As <see cref="Serializable"/>, after a read index.</summary>
    public static async Task<string?> LinearizableAsync(ApiContext api)
    {
        if (!api.Member.TryReadIndexNow())
        {
            var answered = new TaskCompletionSource<Refusal>(TaskCreationOptions.RunContinuationsAsynchronously);
            api.Member.ReadIndex(new ReadIndexCall(refusal => answered.TrySetResult(refusal)));
            var refusal = await answered.Task;
            if (refusal != Refusal.None)
            {
                return ErrorTable.For(refusal).Message;
            }
        }

        return Serializable(api);
    }
}
