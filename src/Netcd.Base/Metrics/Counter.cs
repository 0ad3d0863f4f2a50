using System.Numerics;

namespace Netcd.Base.Metrics;

/// <summary>A number that only goes up. Thread safe.</summary>
public sealed class Counter
{
    private const int CellsPerCacheLine = 8;
    private static readonly int Stripes =
        (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, 16));

    private readonly long[] _cells;

    // 0 for a counter of one cell.
    private readonly int _mask;

    /// <param name="isContended">
    /// Whether several cores count at once for every request: each then has a cache line of its own.
    /// </param>
    public Counter(bool isContended = false)
    {
        _mask = isContended ? Stripes - 1 : 0;
        _cells = new long[isContended ? Stripes * CellsPerCacheLine : 1];
    }

    public long Value
    {
        get
        {
            var sum = 0L;
            for (var i = 0; i < _cells.Length; i += CellsPerCacheLine)
            {
                sum += Volatile.Read(ref _cells[i]);
            }

            return sum;
        }
    }

    public void Increment() => Add(1);

    public void Add(long amount)
    {
        var cell = _mask == 0 ? 0 : (Thread.GetCurrentProcessorId() & _mask) * CellsPerCacheLine;
        Interlocked.Add(ref _cells[cell], amount);
    }
}
