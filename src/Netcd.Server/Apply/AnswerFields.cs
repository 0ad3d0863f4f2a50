namespace Netcd.Server.Apply;

/// <summary>Field numbers of the answers that the applier encodes (api/etcdserverpb/rpc.proto).</summary>
internal static class AnswerFields
{
    internal const int LeaseId = 2;
    internal const int LeaseTtl = 3;

    internal const int Alarms = 2;
    internal const int AlarmMember = 1;
    internal const int AlarmKind = 2;

    internal const int AuthEnabled = 2;
    internal const int AuthRevision = 3;
    internal const int Token = 2;
    internal const int Names = 2;
    internal const int Permissions = 2;
}
