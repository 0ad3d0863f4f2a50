using System.Buffers;
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
    private readonly Status? _userStatus;

    /// <inheritdoc cref="RangeCall(RangeMethod, CallTicket, ReadOnlySpan{byte}, Status?)"/>
    public TxnCall(TxnMethod method, CallTicket ticket, ReadOnlySpan<byte> message, Status? userStatus)
    {
        _method = method;
        _ticket = ticket;
        _userStatus = userStatus;
        _length = message.Length;
        _request = ArrayPool<byte>.Shared.Rent(_length);
        message.CopyTo(_request);
    }

    public void Ready()
    {
        if (_userStatus is not null)
        {
            Answer(_userStatus);
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
        _method.Read(_request.AsSpan(0, _length), _ticket);
        ArrayPool<byte>.Shared.Return(_request);
        AnswerBatch.Flush();
    }

    private void Answer(Status status)
    {
        ArrayPool<byte>.Shared.Return(_request);
        _method.Complete(_ticket, status);
    }
}
