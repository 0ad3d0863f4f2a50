namespace Netcd.Mvcc;

internal enum WatchCommandKind
{
    Open,
    Create,
    Refuse,
    Cancel,
    RequestProgress,
    Writable,
    Close,
}
