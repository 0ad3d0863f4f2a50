namespace Netcd.Ctl.Printing;

/// <summary>
/// Names and kinds of a message's fields, by field number: what Go's encoding/json makes of the generated struct. It is
/// a table of our own because reflection over messages would cost more than the whole command.
/// </summary>
internal sealed class JsonShape
{
    private readonly (string Name, JsonKind Kind, JsonShape? Shape)[] _fields;

    private JsonShape(params (string Name, JsonKind Kind, JsonShape? Shape)[] fields)
    {
        _fields = fields;
    }

    public static readonly JsonShape Header = new(
        Number("cluster_id"), Number("member_id"), Signed("revision"), Number("raft_term"));

    public static readonly JsonShape KeyValue = new(
        Bytes("key"), Signed("create_revision"), Signed("mod_revision"), Signed("version"), Bytes("value"),
        Signed("lease"));

    public static readonly JsonShape Event = new(Signed("type"), One("kv", KeyValue), One("prev_kv", KeyValue));

    public static readonly JsonShape Range = new(
        One("header", Header), Many("kvs", KeyValue), Bool("more"), Signed("count"));

    public static readonly JsonShape Put = new(One("header", Header), One("prev_kv", KeyValue));

    public static readonly JsonShape Delete = new(
        One("header", Header), Signed("deleted"), Many("prev_kvs", KeyValue));

    public static readonly JsonShape Txn = new(
        One("header", Header),
        Bool("succeeded"),
        ("responses", JsonKind.Responses, new JsonShape(
            One("response_range", Range), One("response_put", Put), One("response_delete_range", Delete))));

    public static readonly JsonShape Member = new(
        Number("ID"), Text("name"), Texts("peerURLs"), Texts("clientURLs"), Bool("isLearner"));

    public static readonly JsonShape MemberAdd = new(
        One("header", Header), One("member", Member), Many("members", Member));

    public static readonly JsonShape Members = new(One("header", Header), Many("members", Member));

    public static readonly JsonShape Status = new(
        One("header", Header), Text("version"), Signed("dbSize"), Number("leader"), Number("raftIndex"),
        Number("raftTerm"), Number("raftAppliedIndex"), Texts("errors"), Signed("dbSizeInUse"), Bool("isLearner"));

    public static readonly JsonShape HashKv = new(
        One("header", Header), Number("hash"), Signed("compact_revision"));

    public static readonly JsonShape Alarms = new(
        One("header", Header), Many("alarms", new JsonShape(Number("memberID"), Signed("alarm"))));

    public static readonly JsonShape AuthStatus = new(
        One("header", Header), Bool("enabled"), Number("authRevision"));

    public static readonly JsonShape Role = new(
        One("header", Header),
        Many("perm", new JsonShape(Signed("permType"), Bytes("key"), Bytes("range_end"))));

    public static readonly JsonShape Roles = new(One("header", Header), Texts("roles"));

    public static readonly JsonShape Users = new(One("header", Header), Texts("users"));

    public static readonly JsonShape Downgrade = new(One("header", Header), Text("version"));

    public static readonly JsonShape HeaderOnly = new(One("header", Header));

    /// <summary>False for a field that this version does not know: it is left out, as Go leaves it out.</summary>
    public bool TryField(int number, out string name, out JsonKind kind, out JsonShape? shape)
    {
        (name, kind, shape) = number <= _fields.Length ? _fields[number - 1] : ("", JsonKind.Number, null);
        return name.Length > 0;
    }

    private static (string Name, JsonKind Kind, JsonShape? Shape) Number(string name) =>
        (name, JsonKind.Number, null);

    private static (string Name, JsonKind Kind, JsonShape? Shape) Signed(string name) =>
        (name, JsonKind.Signed, null);

    private static (string Name, JsonKind Kind, JsonShape? Shape) Bool(string name) => (name, JsonKind.Bool, null);

    private static (string Name, JsonKind Kind, JsonShape? Shape) Bytes(string name) => (name, JsonKind.Bytes, null);

    private static (string Name, JsonKind Kind, JsonShape? Shape) Text(string name) => (name, JsonKind.Text, null);

    private static (string Name, JsonKind Kind, JsonShape? Shape) Texts(string name) => (name, JsonKind.Texts, null);

    private static (string Name, JsonKind Kind, JsonShape? Shape) One(string name, JsonShape shape) =>
        (name, JsonKind.One, shape);

    private static (string Name, JsonKind Kind, JsonShape? Shape) Many(string name, JsonShape shape) =>
        (name, JsonKind.Many, shape);
}
