using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using AlarmType = Netcd.Server.Requests.AlarmType;

namespace Netcd.Api.Maintenance;

/// <summary>Maintenance.Status: how this member stands; needs no leader.</summary>
internal sealed class StatusMethod(ApiContext api)
    : MessageMethod<StatusRequest>(
        api, Rpc.Status, RequestShapes.StatusRequest, StatusRequest.Parser)
{
    protected override bool ServesLearner(ReadOnlySpan<byte> message) => true;

    protected override CallStep Handle(
        in CallHead head, StatusRequest request, ref ReplyWriter reply, CallTicket ticket)
    {
        if (Admit(head, out _) is { } refusal)
        {
            return Refuse(ref reply, refusal);
        }

        var member = Api.Member;
        var response = new StatusResponse
        {
            Header = FullHeader(),
            Version = Api.Options.ServerVersion,
            DbSize = member.Store.Backend.SizeBytes,
            DbSizeInUse = member.Store.Backend.SizeInUseBytes,
            DbSizeQuota = Api.Options.QuotaBytes,
            Leader = member.Leader.Value,
            RaftIndex = member.CommittedIndex.Value,
            RaftAppliedIndex = member.AppliedIndex.Value,
            RaftTerm = member.Term.Value,
            IsLearner = member.IsLearner,
            StorageVersion = member.StorageVersion,
            DowngradeInfo = new DowngradeInfo
            {
                Enabled = member.DowngradeTarget.Length > 0,
                TargetVersion = member.DowngradeTarget,
            },
        };
        if (member.Leader.IsNone)
        {
            response.Errors.Add("etcdserver: no leader");
        }

        foreach (var alarm in member.Alarms)
        {
            response.Errors.Add(Text(alarm));
        }

        return Answer(ref reply, response);
    }

    /// <summary>The alarm as Go's protobuf prints it, trailing space included; zero fields are left out.</summary>
    private static string Text(Server.Alarm alarm)
    {
        var member = alarm.Member.IsNone ? "" : $"memberID:{alarm.Member.Value} ";
        return alarm.Type switch
        {
            AlarmType.NoSpace => $"{member}alarm:NOSPACE ",
            AlarmType.Corrupt => $"{member}alarm:CORRUPT ",
            AlarmType.None => member,
            _ => $"{member}alarm:{(int)alarm.Type} ",
        };
    }
}
