namespace Netcd.Server.Requests;

/// <summary>etcdserverpb.AlarmType.</summary>
public enum AlarmType
{
    None = 0,
    NoSpace = 1,
    Corrupt = 2,
}
