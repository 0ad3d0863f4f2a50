using System.Buffers;
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
    private readonly int _length;
    private readonly Credentials _credentials;
    private Caller _caller;

    /// <inheritdoc cref="RangeCall(RangeMethod, CallTicket, ReadOnlySpan{byte}, Credentials)"/>
    public TxnCall(TxnMethod method, CallTicket ticket, ReadOnlySpan<byte> message, Credentials credentials)
    {
        _method = method;
        _ticket = ticket;
        _credentials = credentials;
        _length = message.Length;
        _request = ArrayPool<byte>.Shared.Rent(_length);
        message.CopyTo(_request);
    }

    /// <inheritdoc cref="RangeCall(RangeMethod, CallTicket, ReadOnlySpan{byte}, in Caller)"/>
    public TxnCall(TxnMethod method, CallTicket ticket, ReadOnlySpan<byte> message, in Caller caller)
        : this(method, ticket, message, Credentials.None) => _caller = caller;

    public void Ready()
    {
        if (_method.AdmitLater(_credentials, out _caller) is { } refusal)
        {
            Answer(refusal);
        }
        else
        {
            ReadOnWorker();
        }
    }

    public void Refused(Refusal refusal) => Answer(ErrorTable.For(refusal));

    public void ReadOnWorker() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute()
    {
        _method.Read(_request.AsSpan(0, _length), _caller, _ticket);
        ArrayPool<byte>.Shared.Return(_request);
        AnswerBatch.Flush();
    }

    private void Answer(Status status)
    {
        ArrayPool<byte>.Shared.Return(_request);
        _method.Complete(_ticket, status);
    }
}
