namespace Netcd.TestKit.Disk;

/// <summary>The calls of a disk that can be counted, made to fail or cut short.</summary>
public enum SimCall
{
    Open,
    Read,
    Write,
    SetLength,
    Allocate,
    SyncData,
    SyncDirectory,
    Rename,
    Delete,
    CreateDirectory,
}
