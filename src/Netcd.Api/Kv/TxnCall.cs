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
    private readonly Admission _admission;

    /// <inheritdoc cref="RangeCall(RangeMethod, CallTicket, ReadOnlySpan{byte}, in Admission)"/>
    public TxnCall(TxnMethod method, CallTicket ticket, ReadOnlySpan<byte> message, in Admission admission)
    {
        _method = method;
        _ticket = ticket;
        _admission = admission;
        _length = message.Length;
        _request = ArrayPool<byte>.Shared.Rent(_length);
        message.CopyTo(_request);
    }

    public void Ready()
    {
        if (_admission.Refusal is { } refusal)
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
        _method.Read(_request.AsSpan(0, _length), _admission.Caller, _ticket);
        ArrayPool<byte>.Shared.Return(_request);
        AnswerBatch.Flush();
    }

    private void Answer(Status status)
    {
        ArrayPool<byte>.Shared.Return(_request);
        _method.Complete(_ticket, status);
    }
}
