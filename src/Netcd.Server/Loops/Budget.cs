namespace Netcd.Server.Loops;

/// <summary>What may wait in a queue at a time, by number and by bytes. Any thread.</summary>
internal sealed class Budget(int countMax, long bytesMax)
{
    private int _count;
    private long _bytes;

    /// <summary>False, and nothing taken, when either would be too much; one of any size always fits.</summary>
    internal bool TryTake(long bytes)
    {
        var count = Interlocked.Increment(ref _count);
        var sum = Interlocked.Add(ref _bytes, bytes);
        if (count <= countMax && (sum <= bytesMax || count == 1))
        {
            return true;
        }

        Return(bytes);
        return false;
    }

    internal void Return(long bytes)
    {
        Interlocked.Decrement(ref _count);
        Interlocked.Add(ref _bytes, -bytes);
    }
}
