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
    private readonly Credentials _credentials;
    private Caller _caller;

    /// <param name="method">The method.</param>
    /// <param name="ticket">The call.</param>
    /// <param name="message">The request; copied.</param>
    /// <param name="credentials">By which the caller is found once the read index is there.</param>
    public RangeCall(RangeMethod method, CallTicket ticket, ReadOnlySpan<byte> message, Credentials credentials)
    {
        _method = method;
        _ticket = ticket;
        _credentials = credentials;
        _length = message.Length;
        _request = ArrayPool<byte>.Shared.Rent(_length);
        message.CopyTo(_request);
    }

    /// <inheritdoc cref="RangeCall(RangeMethod, CallTicket, ReadOnlySpan{byte}, Credentials)"/>
    /// <param name="caller">The caller, who is known.</param>
    public RangeCall(RangeMethod method, CallTicket ticket, ReadOnlySpan<byte> message, in Caller caller)
        : this(method, ticket, message, Credentials.None) => _caller = caller;

    /// <summary>Called by the member's thread, which must not be held up by a long read.</summary>
    public void Ready()
    {
        if (_method.AdmitLater(_credentials, out _caller) is { } refusal)
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
        _method.Read(_request.AsSpan(0, _length), _caller, _ticket);
        ArrayPool<byte>.Shared.Return(_request);
    }

    private void Answer(Status status)
    {
        ArrayPool<byte>.Shared.Return(_request);
        _method.Complete(_ticket, status);
    }
}
