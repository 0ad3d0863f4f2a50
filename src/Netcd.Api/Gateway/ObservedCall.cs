using Netcd.Api.Calls;
using Netcd.Grpc;
using Netcd.Grpc.Server;

namespace Netcd.Api.Gateway;

/// <summary>
/// A call of the gateway as whoever watches all calls sees it: Go's gateway is a client of its own server, so that its
/// calls are measured and shown as any other; they are here too, but with the address of the client behind them.
/// </summary>
internal readonly struct ObservedCall
{
    private readonly ApiContext _api;
    private readonly long _started;
    private readonly object? _state;

    public ObservedCall(ApiContext api, in CallHead head)
    {
        _api = api;
        if (api.Observer is { } observer)
        {
            _started = api.Time.GetTimestamp();
            _state = observer.ObservesAll ? observer.Began(head) : null;
        }
    }

    /// <summary>Tells of a unary call's end.</summary>
    public void End(Method method, PeerIdentity peer, ReadOnlySpan<byte> request, in UnaryReply reply)
    {
        if (_api.Observer is { } observer)
        {
            observer.Ended(new CallEnd
            {
                State = _state,
                Method = method,
                Code = reply.Error?.Code ?? StatusCode.OK,
                Took = _api.Time.GetElapsedTime(_started),
                Peer = peer,
                Request = request,
                Answer = reply.Message.Span,
                Source = reply.Source,
            });
        }
    }

    /// <summary>Tells of a stream's end.</summary>
    public void End(Method method, PeerIdentity peer, StatusCode code)
    {
        if (_api?.Observer is { ObservesAll: true } observer)
        {
            observer.Ended(new CallEnd
            {
                State = _state, Method = method, Code = code, Took = _api.Time.GetElapsedTime(_started), Peer = peer,
            });
        }
    }
}
