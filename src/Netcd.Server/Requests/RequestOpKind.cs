namespace Netcd.Server.Requests;

/// <summary>Which member of etcdserverpb.RequestOp is set; the value is the field number.</summary>
public enum RequestOpKind
{
    /// <summary>No member: the API refuses it, but an entry in the log may still hold it.</summary>
    None = 0,
    Range = 1,
    Put = 2,
    DeleteRange = 3,
    Txn = 4,
}
