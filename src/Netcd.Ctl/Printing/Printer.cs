using Google.Protobuf;
using Netcd.CommandLine;
using Netcd.Proto.EtcdServer;

namespace Netcd.Ctl.Printing;

/// <summary>
/// Prints answers in one of the formats of <c>--write-out</c>. A format that has no form for an answer refuses it,
/// after the call has been made, as etcdctl does; source: etcdctl/ctlv3/command/printer.go.
/// </summary>
internal abstract class Printer(ProgramConsole console, string name)
{
    /// <summary>The format's name, as users give it.</summary>
    public string Name { get; } = name;

    public bool IsSimple => Name == "simple";

    protected ProgramConsole Console { get; } = console;

    public static Printer Create(string format, bool isHex, ProgramConsole console) => format switch
    {
        "simple" => new SimplePrinter(console, isHex),
        "fields" => new FieldsPrinter(console),
        "json" => new JsonPrinter(console, isHex),
        "protobuf" => new ProtobufPrinter(console),
        "table" => new TablePrinter(console),
        _ => throw new ExitException(ExitCodes.BadFeature, "unsupported output format"),
    };

    public virtual void Get(RangeResponse answer, bool valueOnly = false) => Message(answer);

    public virtual void Put(PutResponse answer) => Message(answer);

    public virtual void Delete(DeleteRangeResponse answer) => Message(answer);

    public virtual void Txn(TxnResponse answer) => Message(answer);

    public virtual void Watch(WatchResponse answer) => Message(answer);

    public virtual void Grant(LeaseGrantResponse answer) => Message(answer);

    public virtual void Revoke(long id, LeaseRevokeResponse answer) => Message(answer);

    public virtual void KeepAlive(LeaseKeepAliveResponse answer) => Message(answer);

    public virtual void TimeToLive(LeaseTimeToLiveResponse answer, bool withKeys) => Message(answer);

    public virtual void Leases(LeaseLeasesResponse answer) => Message(answer);

    public virtual void MemberAdd(MemberAddResponse answer) => Message(answer);

    /// <param name="deed">What was done to the member, e.g. "removed from".</param>
    public virtual void MemberChange(ulong id, string deed, ResponseHeader header, IMessage answer) => Message(answer);

    public virtual void MemberList(MemberListResponse answer) => Message(answer);

    public virtual void EndpointHealth(IReadOnlyList<HealthRow> rows) => Refuse();

    public virtual void EndpointStatus(IReadOnlyList<StatusRow> rows) => Refuse();

    public virtual void EndpointHashKv(IReadOnlyList<HashRow> rows) => Refuse();

    public virtual void MoveLeader(ulong leader, ulong target, MoveLeaderResponse answer) => Message(answer);

    public virtual void Alarms(AlarmResponse answer) => Message(answer);

    public virtual void RoleGet(string role, AuthRoleGetResponse answer) => Message(answer);

    public virtual void RoleList(AuthRoleListResponse answer) => Message(answer);

    public virtual void UserGet(string user, AuthUserGetResponse answer) => Message(answer);

    public virtual void UserList(AuthUserListResponse answer) => Message(answer);

    public virtual void AuthStatus(AuthStatusResponse answer) => Message(answer);

    /// <summary>An answer that has nothing but a header.</summary>
    /// <param name="sentence">What the simple format says.</param>
    public virtual void Done(string sentence, ResponseHeader header, IMessage answer) => Message(answer);

    protected virtual void Message(IMessage answer) => Refuse();

    /// <summary>Prints what an operation of a transaction answered; false if it is of an unknown kind.</summary>
    protected bool TryPrint(ResponseOp response)
    {
        switch (response.ResponseCase)
        {
            case ResponseOp.ResponseOneofCase.ResponseDeleteRange:
                Delete(response.ResponseDeleteRange);
                return true;
            case ResponseOp.ResponseOneofCase.ResponsePut:
                Put(response.ResponsePut);
                return true;
            case ResponseOp.ResponseOneofCase.ResponseRange:
                Get(response.ResponseRange);
                return true;
            default:
                return false;
        }
    }

    protected void Refuse() =>
        throw new ExitException(ExitCodes.BadFeature, $"{Name} not supported as output format");
}
