using Microsoft.Extensions.Logging;
using Netcd.Api.Access;
using Netcd.Api.Health;
using Netcd.Api.Kv;
using Netcd.Api.Metrics;
using Netcd.Api.Responses;
using Netcd.Grpc.Server;
using Netcd.Server;
using Netcd.Server.Requests;

namespace Netcd.Api.Calls;

/// <summary>What every method needs. Made once, at start.</summary>
internal sealed class ApiContext(
    IMember member, ApiOptions options, ApiMetrics metrics, TimeProvider time, ILogger logger)
{
    public IMember Member { get; } = member;

    public ApiOptions Options { get; } = options;

    public ApiMetrics Metrics { get; private set; } = metrics;

    public TimeProvider Time { get; } = time;

    public ILogger Logger { get; } = logger;

    /// <summary>Is told of the gateway's calls, as it is by the transport of the others; null for nobody.</summary>
    public ICallObserver? Observer { get; init; }

    public HeaderEncoder Header { get; } = new(member.ClusterId, member.Id);

    public CallGate Gate { get; private set; } = new(member, metrics);

    public AccessContext Access { get; } = new(member, options, time, logger);

    public CallerGate Callers => Access.Callers;

    public ReadGate Reads => Access.Reads;

    public TokenWaits TokenWaits => Access.Waits;

    public ServiceHealth Health { get; } = new(options.StopsOnDefragment, logger);

    public SlowReads SlowReads { get; } = new(member, options.ApplyWarning, time, logger);

    public LeaderWatch LeaderWatch { get; } = new(member, options.ElectionTimeout, time);

    /// <summary>The same for calls that the API makes to itself, which no page shows.</summary>
    public ApiContext Uncounted()
    {
        var copy = (ApiContext)MemberwiseClone();
        copy.Metrics = new ApiMetrics(new MetricsPage());
        copy.Gate = new CallGate(Member, copy.Metrics);
        return copy;
    }

    /// <summary>Hands a request to Raft in a caller's name; returns what is put into the log.</summary>
    public byte[] Propose(
        InternalRequestKind kind, ReadOnlySpan<byte> message, in Caller caller, IProposalWaiter waiter)
    {
        var id = Member.NextRequestId();
        var named = caller.At(Member.Auth);
        var encoded = InternalRequestEncoder.Encode(kind, message, id, named.Name, named.Revision);
        Member.Propose(id, encoded, waiter);
        return encoded;
    }
}
