namespace Netcd.Grpc.Server.Entry;

/// <summary>Counts connections that have not said what they are, so that they cannot fill the process.</summary>
internal sealed class HalfOpenGate(int limit)
{
    // Any thread, interlocked.
    private int _count;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= limit)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _count);
}
