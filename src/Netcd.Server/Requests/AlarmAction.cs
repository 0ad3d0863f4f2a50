namespace Netcd.Server.Requests;

/// <summary>etcdserverpb.AlarmRequest.AlarmAction.</summary>
public enum AlarmAction
{
    Get = 0,
    Activate = 1,
    Deactivate = 2,
}
