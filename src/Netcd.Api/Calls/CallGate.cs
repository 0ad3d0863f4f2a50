using System.Text;
using System.Text.Unicode;
using Netcd.Api.Errors;
using Netcd.Api.Metrics;
using Netcd.Base.Metrics;
using Netcd.Grpc;
using Netcd.Server;

namespace Netcd.Api.Calls;

/// <summary>
/// What is looked at before any method runs, in etcd's order: capability, learner, client version, leader
/// (server/etcdserver/api/v3rpc/interceptor.go). Null means go on.
/// </summary>
internal sealed class CallGate(IMember member, ApiMetrics metrics)
{
    private static readonly Status NoLeader = ErrorTable.For(Refusal.NoLeader);

    private volatile VersionCounter? _lastUnary;
    private volatile VersionCounter? _lastStream;

    /// <param name="head">The call.</param>
    /// <param name="servesLearner">Whether a learner may answer it.</param>
    /// <param name="isStream">Whether the method is a streaming one.</param>
    public Status? Check(in CallHead head, bool servesLearner, bool isStream)
    {
        if (!member.IsCapable)
        {
            return ErrorTable.NotCapable;
        }

        if (!servesLearner && member.IsLearner)
        {
            return ErrorTable.NotSupportedForLearner;
        }

        if (!head.Metadata.TryGetValue("client-api-version", out var version))
        {
            version = "unknown"u8;
        }
        else if (!Utf8.IsValid(version))
        {
            return ErrorTable.InvalidClientApiVersion;
        }

        Count(version, isStream);
        return DemandsLeader(head) && member.Leader.IsNone ? NoLeader : null;
    }

    /// <summary>Whether the client wants to be refused rather than served by a member without a leader.</summary>
    public static bool DemandsLeader(in CallHead head) =>
        head.Metadata.TryGetValue("hasleader", out var value) && value.SequenceEqual("true"u8);

    // Nearly all calls come from clients of one version: the last one's counter is at hand.
    private void Count(ReadOnlySpan<byte> version, bool isStream)
    {
        var last = isStream ? _lastStream : _lastUnary;
        if (last is null || !version.SequenceEqual(last.Version))
        {
            var counter = metrics.ClientRequests.With(isStream ? "stream" : "unary", Encoding.UTF8.GetString(version));
            last = new VersionCounter(version.ToArray(), counter);
            if (isStream)
            {
                _lastStream = last;
            }
            else
            {
                _lastUnary = last;
            }
        }

        last.Counter.Increment();
    }

    private sealed record VersionCounter(byte[] Version, Counter Counter);
}
