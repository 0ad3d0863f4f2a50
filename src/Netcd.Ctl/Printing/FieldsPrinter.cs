using Google.Protobuf;
using Google.Protobuf.Collections;
using Netcd.Base.GoSyntax;
using Netcd.CommandLine;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;

namespace Netcd.Ctl.Printing;

/// <summary>A line for each field; source: etcdctl/ctlv3/command/printer_fields.go.</summary>
internal sealed class FieldsPrinter(ProgramConsole console) : Printer(console, "fields")
{
    public override void Get(RangeResponse answer, bool valueOnly = false)
    {
        Header(answer.Header);
        foreach (var kv in answer.Kvs)
        {
            Kv("", kv);
        }

        Line("More", Rows.Word(answer.More));
        Line("Count", answer.Count.ToString());
    }

    public override void Put(PutResponse answer)
    {
        Header(answer.Header);
        if (answer.PrevKv is not null)
        {
            Kv("Prev", answer.PrevKv);
        }
    }

    public override void Delete(DeleteRangeResponse answer)
    {
        Header(answer.Header);
        Line("Deleted", answer.Deleted.ToString());
        foreach (var kv in answer.PrevKvs)
        {
            Kv("Prev", kv);
        }
    }

    public override void Txn(TxnResponse answer)
    {
        Header(answer.Header);
        Line("Succeeded", Rows.Word(answer.Succeeded));
        foreach (var response in answer.Responses)
        {
            if (!TryPrint(response))
            {
                Line("Unknown", GoText.Quote(response.ToString()));
            }
        }
    }

    public override void Watch(WatchResponse answer)
    {
        Header(answer.Header);
        foreach (var change in answer.Events)
        {
            Line("Type", Words.Of(change.Type));
            if (change.PrevKv is not null)
            {
                Kv("Prev", change.PrevKv);
            }

            Kv("", change.Kv);
        }
    }

    public override void Grant(LeaseGrantResponse answer)
    {
        Header(answer.Header);
        Line("ID", answer.ID.ToString());
        Line("TTL", answer.TTL.ToString());
    }

    public override void Revoke(long id, LeaseRevokeResponse answer) => Header(answer.Header);

    public override void KeepAlive(LeaseKeepAliveResponse answer)
    {
        Header(answer.Header);
        Line("ID", answer.ID.ToString());
        Line("TTL", answer.TTL.ToString());
    }

    public override void TimeToLive(LeaseTimeToLiveResponse answer, bool withKeys)
    {
        Header(answer.Header);
        Line("ID", answer.ID.ToString());
        Line("TTL", answer.TTL.ToString());
        Line("GrantedTTL", answer.GrantedTTL.ToString());
        foreach (var key in answer.Keys)
        {
            Line("Key", GoText.Quote(key.Span));
        }
    }

    public override void Leases(LeaseLeasesResponse answer)
    {
        Header(answer.Header);
        foreach (var lease in answer.Leases)
        {
            Line("ID", lease.ID.ToString());
        }
    }

    public override void MemberList(MemberListResponse answer)
    {
        Header(answer.Header);
        foreach (var member in answer.Members)
        {
            Line("ID", member.ID.ToString());
            Line("Name", GoText.Quote(member.Name));
            Quoted("PeerURL", member.PeerURLs);
            Quoted("ClientURL", member.ClientURLs);
            Line("IsLearner", Rows.Word(member.IsLearner));
            Console.WriteLine();
        }
    }

    public override void EndpointHealth(IReadOnlyList<HealthRow> rows)
    {
        foreach (var row in rows)
        {
            Line("Endpoint", GoText.Quote(row.Endpoint));
            Line("Health", Rows.Word(row.IsHealthy));
            Line("Took", row.Took);
            Line("Error", row.Error);
            Console.WriteLine();
        }
    }

    public override void EndpointStatus(IReadOnlyList<StatusRow> rows)
    {
        foreach (var (endpoint, status) in rows)
        {
            Header(status.Header);
            Line("Version", GoText.Quote(status.Version));
            Line("DBSize", status.DbSize.ToString());
            Line("Leader", status.Leader.ToString());
            Line("IsLearner", Rows.Word(status.IsLearner));
            Line("RaftIndex", status.RaftIndex.ToString());
            Line("RaftTerm", status.RaftTerm.ToString());
            Line("RaftAppliedIndex", status.RaftAppliedIndex.ToString());
            Line("Errors", $"[{string.Join(' ', status.Errors)}]");
            Line("Endpoint", GoText.Quote(endpoint));
            Console.WriteLine();
        }
    }

    public override void EndpointHashKv(IReadOnlyList<HashRow> rows)
    {
        foreach (var (endpoint, hash) in rows)
        {
            Header(hash.Header);
            Line("Endpoint", GoText.Quote(endpoint));
            Line("Hash", hash.Hash.ToString());
            Console.WriteLine();
        }
    }

    public override void Alarms(AlarmResponse answer)
    {
        Header(answer.Header);
        foreach (var alarm in answer.Alarms)
        {
            Line("MemberID", alarm.MemberID.ToString());
            Line("AlarmType", Words.Of(alarm.Alarm));
            Console.WriteLine();
        }
    }

    public override void RoleGet(string role, AuthRoleGetResponse answer)
    {
        Header(answer.Header);
        foreach (var permission in answer.Perm)
        {
            // Two blanks, as upstream.
            Line("PermType", " " + Words.Of(permission.PermType));
            Line("Key", GoText.Quote(permission.Key.Span));
            Line("RangeEnd", GoText.Quote(permission.RangeEnd.Span));
        }
    }

    public override void RoleList(AuthRoleListResponse answer)
    {
        Header(answer.Header);
        Console.WriteLine("\"Roles\" :" + string.Concat(answer.Roles.Select(role => " " + GoText.Quote(role))));
    }

    public override void Done(string sentence, ResponseHeader header, IMessage answer) => Header(header);

    private void Header(ResponseHeader? header)
    {
        header ??= new ResponseHeader();
        Line("ClusterID", header.ClusterId.ToString());
        Line("MemberID", header.MemberId.ToString());
        Line("Revision", header.Revision.ToString());
        Line("RaftTerm", header.RaftTerm.ToString());
    }

    private void Kv(string prefix, KeyValue kv)
    {
        Line(prefix + "Key", GoText.Quote(kv.Key.Span));
        Line(prefix + "CreateRevision", kv.CreateRevision.ToString());
        Line(prefix + "ModRevision", kv.ModRevision.ToString());
        Line(prefix + "Version", kv.Version.ToString());
        Line(prefix + "Value", GoText.Quote(kv.Value.Span));
        Line(prefix + "Lease", kv.Lease.ToString());
    }

    private void Quoted(string name, RepeatedField<string> values)
    {
        foreach (var value in values)
        {
            Line(name, GoText.Quote(value));
        }
    }

    private void Line(string name, string value) => Console.WriteLine($"\"{name}\" : {value}");
}
