using System.Globalization;
using Netcd.Base;
using Netcd.Raft;

namespace Netcd.Server.SlowRequests;

/// <summary>
/// A round of read indexes, shown if it was slow. Waits for the index to be applied as its reads do. Upstream:
/// linearizableReadLoop of server/etcdserver/v3_server.go.
/// </summary>
internal sealed class ReadRound(
    TimeProvider time, IMemberLog log, long started, long received, LogIndex index, LogIndex applied) : IReadWaiter
{
    public void Ready()
    {
        var now = time.GetTimestamp();
        if (time.GetElapsedTime(started, now) <= StepTrace.Threshold || !log.IsEnabled(RaftLogLevel.Information))
        {
            return;
        }

        var (message, fields) = new StepTrace("linearizableReadLoop", time, started) { ShowsAll = true }
            .Detail("readStateIndex", index.Value)
            .Detail("appliedIndex", applied.Value.ToString(CultureInfo.InvariantCulture))
            .Step("read index received", received)
            .Step("applied index is now lower than readState.Index", now)
            .Line(now);
        log.Log(RaftLogLevel.Information, message, fields);
    }

    public void Refused(Refusal refusal)
    {
        // The reads say so themselves.
    }
}
