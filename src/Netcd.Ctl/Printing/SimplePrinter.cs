using Google.Protobuf;
using Netcd.Client;
using Netcd.CommandLine;
using Netcd.Proto.Auth;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;

namespace Netcd.Ctl.Printing;

/// <summary>The format for people; source: etcdctl/ctlv3/command/printer_simple.go.</summary>
internal sealed class SimplePrinter(ProgramConsole console, bool isHex) : Printer(console, "simple")
{
    public override void Get(RangeResponse answer, bool valueOnly = false)
    {
        foreach (var kv in answer.Kvs)
        {
            Print(kv, valueOnly);
        }
    }

    public override void Put(PutResponse answer)
    {
        Console.WriteLine("OK"u8);
        if (answer.PrevKv is not null)
        {
            Print(answer.PrevKv);
        }
    }

    public override void Delete(DeleteRangeResponse answer)
    {
        Console.WriteLine(answer.Deleted.ToString());
        foreach (var kv in answer.PrevKvs)
        {
            Print(kv);
        }
    }

    public override void Txn(TxnResponse answer)
    {
        Console.WriteLine(answer.Succeeded ? "SUCCESS"u8 : "FAILURE"u8);
        foreach (var response in answer.Responses)
        {
            Console.WriteLine();
            if (!TryPrint(response))
            {
                Console.WriteLine($"unexpected response {response}");
            }
        }
    }

    public override void Watch(WatchResponse answer)
    {
        foreach (var change in answer.Events)
        {
            Console.WriteLine(Words.Of(change.Type));
            if (change.PrevKv is not null)
            {
                Print(change.PrevKv);
            }

            Print(change.Kv);
        }
    }

    public override void Grant(LeaseGrantResponse answer) =>
        Console.WriteLine($"lease {Words.Lease(answer.ID)} granted with TTL({answer.TTL}s)");

    public override void Revoke(long id, LeaseRevokeResponse answer) =>
        Console.WriteLine($"lease {Words.Lease(id)} revoked");

    public override void KeepAlive(LeaseKeepAliveResponse answer) =>
        Console.WriteLine($"lease {Words.Lease(answer.ID)} keepalived with TTL({answer.TTL})");

    public override void TimeToLive(LeaseTimeToLiveResponse answer, bool withKeys)
    {
        if (answer is { GrantedTTL: 0, TTL: -1 })
        {
            Console.WriteLine($"lease {Words.Lease(answer.ID)} already expired");
            return;
        }

        Console.Write(
            $"lease {Words.Lease(answer.ID)} granted with TTL({answer.GrantedTTL}s), remaining({answer.TTL}s)");
        if (withKeys)
        {
            Console.Write(", attached keys(["u8);
            for (var index = 0; index < answer.Keys.Count; index++)
            {
                Console.Write(index == 0 ? ""u8 : " "u8);
                Console.Write(answer.Keys[index].Span);
            }

            Console.Write("])"u8);
        }

        Console.WriteLine();
    }

    public override void Leases(LeaseLeasesResponse answer)
    {
        Console.WriteLine($"found {answer.Leases.Count} leases");
        foreach (var lease in answer.Leases)
        {
            Console.WriteLine(Words.Lease(lease.ID));
        }
    }

    public override void Alarms(AlarmResponse answer)
    {
        foreach (var alarm in answer.Alarms)
        {
            Console.WriteLine(Words.Of(alarm));
        }
    }

    public override void MemberAdd(MemberAddResponse answer) =>
        MemberChange(answer.Member.ID, "added to", answer.Header, answer);

    public override void MemberChange(ulong id, string deed, ResponseHeader header, IMessage answer) =>
        Console.WriteLine($"Member {Words.Padded(id)} {deed} cluster {Words.Padded(header.ClusterId)}");

    public override void MemberList(MemberListResponse answer) => Print(Rows.Of(answer));

    public override void EndpointHealth(IReadOnlyList<HealthRow> rows)
    {
        foreach (var row in rows)
        {
            if (row.Error.Length == 0)
            {
                Console.WriteLine($"{row.Endpoint} is healthy: successfully committed proposal: took = {row.Took}");
            }
            else
            {
                Console.WriteErrorLine($"{row.Endpoint} is unhealthy: failed to commit proposal: {row.Error}");
            }
        }
    }

    public override void EndpointStatus(IReadOnlyList<StatusRow> rows) => Print(Rows.Of(rows));

    public override void EndpointHashKv(IReadOnlyList<HashRow> rows) => Print(Rows.Of(rows));

    public override void MoveLeader(ulong leader, ulong target, MoveLeaderResponse answer) =>
        Console.WriteLine($"Leadership transferred from {leader:x} to {target:x}");

    public override void RoleGet(string role, AuthRoleGetResponse answer)
    {
        Console.WriteLine($"Role {role}");
        Console.WriteLine("KV Read:"u8);
        PrintPermissions(answer, Permission.Types.Type.Read);
        Console.WriteLine("KV Write:"u8);
        PrintPermissions(answer, Permission.Types.Type.Write);
    }

    public override void RoleList(AuthRoleListResponse answer)
    {
        foreach (var role in answer.Roles)
        {
            Console.WriteLine(role);
        }
    }

    public override void UserGet(string user, AuthUserGetResponse answer)
    {
        Console.WriteLine($"User: {user}");
        Console.WriteLine("Roles:" + string.Concat(answer.Roles.Select(role => " " + role)));
    }

    public override void UserList(AuthUserListResponse answer)
    {
        foreach (var user in answer.Users)
        {
            Console.WriteLine(user);
        }
    }

    public override void AuthStatus(AuthStatusResponse answer)
    {
        Console.WriteLine($"Authentication Status: {Rows.Word(answer.Enabled)}");
        Console.WriteLine($"AuthRevision: {answer.AuthRevision}");
    }

    public override void Done(string sentence, ResponseHeader header, IMessage answer) => Console.WriteLine(sentence);

    private void Print(KeyValue kv, bool valueOnly = false)
    {
        if (!valueOnly)
        {
            Print(kv.Key.Span);
        }

        Print(kv.Value.Span);
    }

    private void Print(ReadOnlySpan<byte> bytes)
    {
        if (!isHex)
        {
            Console.WriteLine(bytes);
            return;
        }

        foreach (var one in bytes)
        {
            Console.Write($"\\x{one:x2}");
        }

        Console.WriteLine();
    }

    private void Print(List<string[]> rows)
    {
        foreach (var row in rows)
        {
            Console.WriteLine(string.Join(", ", row));
        }
    }

    private void PrintPermissions(AuthRoleGetResponse answer, Permission.Types.Type wanted)
    {
        foreach (var permission in answer.Perm)
        {
            if (permission.PermType != wanted && permission.PermType != Permission.Types.Type.Readwrite)
            {
                continue;
            }

            Console.Write("\t"u8);
            var end = permission.RangeEnd;
            if (end.IsEmpty)
            {
                Console.WriteLine(permission.Key.Span);
                continue;
            }

            var isOpen = end.Length == 1 && end[0] == 0;
            Console.Write("["u8);
            Console.Write(permission.Key.Span);
            Console.Write(", "u8);
            Console.Write(isOpen ? "<open ended>"u8 : end.Span);
            Console.Write(isOpen ? ""u8 : ")"u8);
            if (KeyRange.PrefixEnd(permission.Key).Bytes.Equals(end))
            {
                Console.Write(" (prefix "u8);
                Console.Write(permission.Key.Span);
                Console.Write(")"u8);
            }

            Console.WriteLine();
        }
    }
}
