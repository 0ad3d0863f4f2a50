using Google.Protobuf;
using Google.Protobuf.Collections;
using Netcd.CommandLine;
using Netcd.CommandLine.Output;
using Netcd.Proto.EtcdServer;

namespace Netcd.Ctl.Printing;

/// <summary>
/// Go's encoding/json of the client's own types, one line an answer. Most are the generated messages; those of leases,
/// watches and endpoints are types of their own with other names; source: etcdctl/ctlv3/command/printer_json.go.
/// </summary>
internal sealed class JsonPrinter(ProgramConsole console, bool isHex) : Printer(console, "json")
{
    public override void Watch(WatchResponse answer)
    {
        var json = new GoJsonWriter().BeginObject().Name("Header");
        JsonMessage.Write(json, Bytes(answer.Header), JsonShape.Header);
        json.Name("Events");
        if (answer.Events.Count == 0 && answer.Header.ClusterId == 0)
        {
            // Made by the client: no server said it.
            json.Null();
        }
        else
        {
            json.BeginArray();
            foreach (var change in answer.Events)
            {
                JsonMessage.Write(json, change.ToByteArray(), JsonShape.Event);
            }

            json.EndArray();
        }

        json.Name("CompactRevision").Number(answer.CompactRevision);
        json.Name("Canceled").Bool(answer.Canceled);
        Print(json.Name("Created").Bool(answer.Created).EndObject());
    }

    public override void Grant(LeaseGrantResponse answer) =>
        Print(Begin(answer.Header).Name("ID").Number(answer.ID).Name("TTL").Number(answer.TTL).Name("Error")
            .String(answer.Error).EndObject());

    public override void KeepAlive(LeaseKeepAliveResponse answer) =>
        Print(Begin(answer.Header).Name("ID").Number(answer.ID).Name("TTL").Number(answer.TTL).EndObject());

    public override void TimeToLive(LeaseTimeToLiveResponse answer, bool withKeys)
    {
        var json = Begin(answer.Header).Name("id").Number(answer.ID).Name("ttl").Number(answer.TTL)
            .Name("granted-ttl").Number(answer.GrantedTTL).Name("keys");
        if (answer.Keys.Count == 0)
        {
            json.Null();
        }
        else
        {
            json.BeginArray();
            foreach (var key in answer.Keys)
            {
                json.Base64(key.Span);
            }

            json.EndArray();
        }

        Print(json.EndObject());
    }

    public override void Leases(LeaseLeasesResponse answer)
    {
        var json = Begin(answer.Header).Name("leases").BeginArray();
        foreach (var lease in answer.Leases)
        {
            json.BeginObject().Name("id").Number(lease.ID).EndObject();
        }

        Print(json.EndArray().EndObject());
    }

    public override void MemberList(MemberListResponse answer)
    {
        if (!isHex)
        {
            Message(answer);
            return;
        }

        // Only here --hex has an effect, on a form of its own: clientURLS is spelled so, and learners are not told.
        var json = new GoJsonWriter().BeginObject().Name("header").BeginObject();
        json.Name("cluster_id").String(answer.Header.ClusterId.ToString("x"));
        json.Name("member_id").String(answer.Header.MemberId.ToString("x"));
        json.Name("raft_term").Number(answer.Header.RaftTerm).EndObject();
        if (answer.Members.Count > 0)
        {
            json.Name("members").BeginArray();
            foreach (var member in answer.Members)
            {
                json.BeginObject().Name("ID").String(member.ID.ToString("x")).Name("name").String(member.Name);
                Texts(json.Name("peerURLs"), member.PeerURLs);
                Texts(json.Name("clientURLS"), member.ClientURLs);
                json.EndObject();
            }

            json.EndArray();
        }

        Print(json.EndObject());
    }

    public override void EndpointHealth(IReadOnlyList<HealthRow> rows)
    {
        var json = new GoJsonWriter().BeginArray();
        foreach (var row in rows)
        {
            json.BeginObject().Name("endpoint").String(row.Endpoint).Name("health").Bool(row.IsHealthy);
            json.Name("took").String(row.Took);
            if (row.Error.Length > 0)
            {
                json.Name("error").String(row.Error);
            }

            json.EndObject();
        }

        Print(json.EndArray());
    }

    public override void EndpointStatus(IReadOnlyList<StatusRow> rows)
    {
        var json = new GoJsonWriter().BeginArray();
        foreach (var (endpoint, status) in rows)
        {
            json.BeginObject().Name("Endpoint").String(endpoint).Name("Status");
            JsonMessage.Write(json, status.ToByteArray(), JsonShape.Status);
            json.EndObject();
        }

        Print(json.EndArray());
    }

    public override void EndpointHashKv(IReadOnlyList<HashRow> rows)
    {
        var json = new GoJsonWriter().BeginArray();
        foreach (var (endpoint, hash) in rows)
        {
            json.BeginObject().Name("Endpoint").String(endpoint).Name("HashKV");
            JsonMessage.Write(json, hash.ToByteArray(), JsonShape.HashKv);
            json.EndObject();
        }

        Print(json.EndArray());
    }

    protected override void Message(IMessage answer)
    {
        var json = new GoJsonWriter();
        JsonMessage.Write(json, answer.ToByteArray(), Shape(answer));
        Print(json);
    }

    private static JsonShape Shape(IMessage answer) => answer switch
    {
        RangeResponse => JsonShape.Range,
        PutResponse => JsonShape.Put,
        DeleteRangeResponse => JsonShape.Delete,
        TxnResponse => JsonShape.Txn,
        MemberAddResponse => JsonShape.MemberAdd,
        MemberListResponse or MemberRemoveResponse or MemberUpdateResponse or MemberPromoteResponse =>
            JsonShape.Members,
        AlarmResponse => JsonShape.Alarms,
        AuthStatusResponse => JsonShape.AuthStatus,
        AuthRoleGetResponse => JsonShape.Role,
        AuthRoleListResponse or AuthUserGetResponse => JsonShape.Roles,
        AuthUserListResponse => JsonShape.Users,
        DowngradeResponse => JsonShape.Downgrade,
        _ => JsonShape.HeaderOnly,
    };

    private static GoJsonWriter Begin(ResponseHeader header)
    {
        var json = new GoJsonWriter().BeginObject();
        JsonMessage.WriteFields(json, Bytes(header), JsonShape.Header);
        return json;
    }

    private static byte[] Bytes(ResponseHeader? header) => header is null ? [] : header.ToByteArray();

    private static void Texts(GoJsonWriter json, RepeatedField<string> values)
    {
        if (values.Count == 0)
        {
            json.Null();
            return;
        }

        json.BeginArray();
        foreach (var value in values)
        {
            json.String(value);
        }

        json.EndArray();
    }

    private void Print(GoJsonWriter json) => Console.WriteLine(json.ToString());
}
