namespace Netcd.Bbolt.Reading;

/// <summary>A branch page on a cursor's path and the child taken there.</summary>
internal struct CursorLevel
{
    public ulong PageId;
    public int Index;
    public int Count;
}
