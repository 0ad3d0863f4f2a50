namespace Netcd.Server.Apply;

/// <summary>Field numbers of the answers that the applier encodes (api/etcdserverpb/rpc.proto).</summary>
internal static class AnswerFields
{
    internal const int Header = 1;
    internal const int HeaderRevision = 3;

    internal const int PutPrevious = 2;

    internal const int DeleteCount = 2;
    internal const int DeletePrevious = 3;

    internal const int RangeMore = 3;
    internal const int RangeCount = 4;

    internal const int TxnSucceeded = 2;
    internal const int TxnResponses = 3;

    internal const int OperationRange = 1;
    internal const int OperationPut = 2;
    internal const int OperationDelete = 3;
    internal const int OperationTxn = 4;

    internal const int LeaseId = 2;
    internal const int LeaseTtl = 3;

    internal const int Alarms = 2;
    internal const int AlarmMember = 1;
    internal const int AlarmKind = 2;
}
