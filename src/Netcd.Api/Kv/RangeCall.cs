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
    private readonly Credentials _credentials;
    private Caller _caller;
    private ReadTimes _times;

    /// <param name="method">The method.</param>
    /// <param name="ticket">The call.</param>
    /// <param name="message">The request; copied.</param>
    /// <param name="credentials">By which the caller is found once the read index is there.</param>
    public RangeCall(RangeMethod method, CallTicket ticket, ReadOnlySpan<byte> message, Credentials credentials)
    {
        _method = method;
        _ticket = ticket;
        _credentials = credentials;
        _request = message.ToArray();
        _times.Started = method.Now;
    }

    public ReadOnlyMemory<byte> Request => _request;

    /// <inheritdoc cref="RangeCall(RangeMethod, CallTicket, ReadOnlySpan{byte}, Credentials)"/>
    /// <param name="caller">The caller, who is known.</param>
    public RangeCall(RangeMethod method, CallTicket ticket, ReadOnlySpan<byte> message, in Caller caller)
        : this(method, ticket, message, Credentials.None) => _caller = caller;

    /// <summary>Called by the member's thread, which must not be held up by a long read.</summary>
    public void Ready()
    {
        _times.Agreed = _method.Now;
        if (_method.AdmitLater(_credentials, out _caller) is { } refusal)
        {
            _method.Complete(_ticket, refusal);
        }
        else if (_method.IsSmall(RangeRequestView.Parse(_request)))
        {
            Read();
        }
        else
        {
            ReadOnWorker();
        }
    }

    public void Refused(Refusal refusal)
    {
        _method.NoteRefused(_request, _times, refusal);
        _method.Complete(_ticket, ErrorTable.For(refusal));
    }

    public void ReadOnWorker() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute()
    {
        Read();
        AnswerBatch.Flush();
    }

    private void Read() => _method.Read(_request, _caller, _ticket, _times);
}
