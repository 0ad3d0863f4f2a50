using System.Buffers;
using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Grpc;
using Netcd.Server;
using Netcd.Server.Requests;

namespace Netcd.Api.Kv;

/// <summary>
/// A Range that waits for its read index or a worker. Holds a copy of the request until it is answered.
/// </summary>
internal sealed class RangeCall : IReadWaiter, IThreadPoolWorkItem
{
    private readonly RangeMethod _method;
    private readonly CallTicket _ticket;
    private readonly byte[] _request;
    private readonly int _length;
    private readonly Admission _admission;

    /// <param name="method">The method.</param>
    /// <param name="ticket">The call.</param>
    /// <param name="message">The request; copied.</param>
    /// <param name="admission">
    /// The caller. What auth has against him is told once the read index is there.
    /// </param>
    public RangeCall(RangeMethod method, CallTicket ticket, ReadOnlySpan<byte> message, in Admission admission)
    {
        _method = method;
        _ticket = ticket;
        _admission = admission;
        _length = message.Length;
        _request = ArrayPool<byte>.Shared.Rent(_length);
        message.CopyTo(_request);
    }

    /// <summary>Called by the member's thread, which must not be held up by a long read.</summary>
    public void Ready()
    {
        if (_admission.Refusal is { } refusal)
        {
            Answer(refusal);
        }
        else if (_method.IsSmall(RangeRequestView.Parse(_request.AsSpan(0, _length))))
        {
            Read();
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
        Read();
        AnswerBatch.Flush();
    }

    private void Read()
    {
        _method.Read(_request.AsSpan(0, _length), _admission.Caller, _ticket);
        ArrayPool<byte>.Shared.Return(_request);
    }

    private void Answer(Status status)
    {
        ArrayPool<byte>.Shared.Return(_request);
        _method.Complete(_ticket, status);
    }
}
