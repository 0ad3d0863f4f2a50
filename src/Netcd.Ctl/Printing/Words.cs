using Netcd.Proto.Auth;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;

namespace Netcd.Ctl.Printing;

/// <summary>Values as Go prints them.</summary>
internal static class Words
{
    public static string Of(Event.Types.EventType type) => type switch
    {
        Event.Types.EventType.Put => "PUT",
        Event.Types.EventType.Delete => "DELETE",
        _ => ((int)type).ToString(),
    };

    public static string Of(AlarmType type) => type switch
    {
        AlarmType.None => "NONE",
        AlarmType.Nospace => "NOSPACE",
        AlarmType.Corrupt => "CORRUPT",
        _ => ((int)type).ToString(),
    };

    public static string Of(Permission.Types.Type type) => type switch
    {
        Permission.Types.Type.Read => "READ",
        Permission.Types.Type.Write => "WRITE",
        Permission.Types.Type.Readwrite => "READWRITE",
        _ => ((int)type).ToString(),
    };

    /// <summary>protobuf's short text: every field that is set, a blank behind each.</summary>
    public static string Of(AlarmMember alarm) =>
        (alarm.MemberID == 0 ? "" : $"memberID:{alarm.MemberID} ")
        + (alarm.Alarm == AlarmType.None ? "" : $"alarm:{Of(alarm.Alarm)} ");

    /// <summary>Go's %016x of a lease's id, which is a signed number there.</summary>
    public static string Lease(long id) => id < 0 ? $"-{(ulong)-id:x15}" : $"{id:x16}";

    /// <summary>Go's %16x: blanks before a short number.</summary>
    public static string Padded(ulong id) => id.ToString("x").PadLeft(16);
}
