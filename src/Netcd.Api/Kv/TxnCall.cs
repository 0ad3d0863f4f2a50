using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Grpc;
using Netcd.Server;

namespace Netcd.Api.Kv;

/// <summary>
/// A read-only Txn that waits for its read index or a worker. Holds a copy of the request until it is answered.
/// </summary>
internal sealed class TxnCall : IReadWaiter, IThreadPoolWorkItem
{
    private readonly TxnMethod _method;
    private readonly CallTicket _ticket;
    private readonly byte[] _request;
    private readonly Credentials _credentials;
    private Caller _caller;
    private ReadTimes _times;

    /// <inheritdoc cref="RangeCall(RangeMethod, CallTicket, ReadOnlySpan{byte}, Credentials)"/>
    public TxnCall(TxnMethod method, CallTicket ticket, ReadOnlySpan<byte> message, Credentials credentials)
    {
        _method = method;
        _ticket = ticket;
        _credentials = credentials;
        _request = message.ToArray();
        _times.Started = method.Now;
    }

    public ReadOnlyMemory<byte> Request => _request;

    /// <inheritdoc cref="RangeCall(RangeMethod, CallTicket, ReadOnlySpan{byte}, in Caller)"/>
    public TxnCall(TxnMethod method, CallTicket ticket, ReadOnlySpan<byte> message, in Caller caller)
        : this(method, ticket, message, Credentials.None) => _caller = caller;

    public void Ready()
    {
        _times.Agreed = _method.Now;
        if (_method.AdmitLater(_credentials, out _caller) is { } refusal)
        {
            _method.Complete(_ticket, refusal);
        }
        else
        {
            ReadOnWorker();
        }
    }

    public void Refused(Refusal refusal) =>
        _method.Complete(_ticket, ErrorTable.For(refusal));

    public void ReadOnWorker() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute()
    {
        _method.Read(_request, _caller, _ticket, _times);
        AnswerBatch.Flush();
    }
}
