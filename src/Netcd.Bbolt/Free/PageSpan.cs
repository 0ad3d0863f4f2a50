namespace Netcd.Bbolt.Free;

/// <summary>Consecutive pages: one logical page with its overflow pages.</summary>
internal readonly record struct PageSpan(int Start, int Count);
