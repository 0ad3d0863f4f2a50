namespace Netcd.Mvcc;

/// <summary>
/// Where a record's stored bytes lie, seen from one <see cref="BackendView"/>; meaningless with another view.
/// </summary>
/// <param name="Position">
/// Not negative: offset in the backend's file. Negative: <c>~(slot * 2)</c> in the frozen buffer or
/// <c>~(slot * 2 + 1)</c> in the active one.
/// </param>
/// <param name="Length">Bytes of the record.</param>
public readonly record struct RecordLocation(long Position, int Length);
